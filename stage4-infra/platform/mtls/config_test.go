package mtls

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfig_Validate(t *testing.T) {
	t.Parallel()
	dir, foreign := newDirectory(t), newDirectory(t)
	good := filesOf(dir, "order")
	require.NoError(t, good.Validate())
	off := Config{Mode: modeOff, Env: development, ReloadInterval: 1}
	require.NoError(t, off.Validate())
	garbage := t.TempDir() + "/garbage.pem"
	write(t, garbage, []byte("garbage"))

	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"plain text in production": {func(c *Config) { c.Mode = modeOff }, "TLS_MODE may be off only if SERVICE_ENV is dev"},
		"an unknown mode":          {func(c *Config) { c.Mode = "on" }, `TLS_MODE is "on"`},
		"no certificate":           {func(c *Config) { c.CertFile = "" }, "TLS_CERT_FILE and TLS_CA_FILE are required"},
		"no CA":                    {func(c *Config) { c.CAFile = "" }, "TLS_CERT_FILE and TLS_CA_FILE are required"},
		"a missing file":           {func(c *Config) { c.KeyFile = "/does/not/exist" }, "TLS_KEY_FILE: open /does/not/exist"},
		"the key of another":       {func(c *Config) { c.KeyFile = dir.File("wallet") }, "private key does not match"},
		"a foreign CA":             {func(c *Config) { c.CAFile = foreign.Bundle() }, "unknown authority"},
		"garbage for a CA":         {func(c *Config) { c.CAFile = garbage }, "TLS_CA_FILE: no certificate in it"},
		"never read again":         {func(c *Config) { c.ReloadInterval = 0 }, "TLS_RELOAD_INTERVAL must be positive"},
	} {
		cfg := good
		c.change(&cfg)
		assert.ErrorContains(t, cfg.Validate(), c.want, name)
	}
}
