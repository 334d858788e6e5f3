package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
)

type database struct {
	URL      config.Secret `env:"TEST_DATABASE_URL"`
	MaxConns int           `env:"TEST_MAX_CONNS" default:"10"`
}

func (d *database) Validate() error {
	if d.MaxConns < 1 {
		return errors.New("TEST_MAX_CONNS must be positive")
	}
	return nil
}

type times struct {
	Pause    time.Duration `env:"TEST_PAUSE"`
	Patience time.Duration `env:"TEST_PATIENCE"`
}

func (c *times) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{"TEST_PAUSE": c.Pause, "TEST_PATIENCE": c.Patience})...)
}

type service struct {
	Addr     string        `env:"TEST_ADDR"`
	Timeout  time.Duration `env:"TEST_TIMEOUT" default:"5s"`
	Endpoint string        `env:"TEST_ENDPOINT" optional:"true"`
	Debug    bool          `env:"TEST_DEBUG" default:"false"`
	Database database
}

func TestLoad_FillsDefaults(t *testing.T) {
	t.Setenv("TEST_ADDR", "127.0.0.1:0")
	t.Setenv("TEST_DATABASE_URL", "postgres://u:p@h/d")
	t.Setenv("TEST_DEBUG", "true")

	var cfg service
	require.NoError(t, config.Load(&cfg))

	assert.Equal(t, service{
		Addr: "127.0.0.1:0", Timeout: 5 * time.Second, Debug: true,
		Database: database{URL: "postgres://u:p@h/d", MaxConns: 10},
	}, cfg)
}

func TestLoad_ReportsAllFaults(t *testing.T) {
	t.Setenv("TEST_TIMEOUT", "soon")
	t.Setenv("TEST_DEBUG", "perhaps")
	t.Setenv("TEST_MAX_CONNS", "many")

	err := config.Load(&service{})

	for _, name := range []string{"TEST_ADDR", "TEST_TIMEOUT", "TEST_DEBUG", "TEST_DATABASE_URL", "TEST_MAX_CONNS"} {
		assert.ErrorContains(t, err, name)
	}
}

func TestLoad_MissingValue_DoesNotHideValidate(t *testing.T) {
	t.Setenv("TEST_MAX_CONNS", "0")

	err := config.Load(&database{})

	assert.ErrorContains(t, err, "TEST_DATABASE_URL is required")
	assert.ErrorContains(t, err, "TEST_MAX_CONNS must be positive")
}

func TestLoad_InvalidDuration_DoesNotHideAnother(t *testing.T) {
	t.Setenv("TEST_PAUSE", "soon")
	t.Setenv("TEST_PATIENCE", "0s")

	err := config.Load(&times{})

	require.Error(t, err)
	assert.ErrorContains(t, err, "TEST_PATIENCE must be positive")
	assert.Equal(t, 1, strings.Count(err.Error(), "TEST_PAUSE"), err)
}

type outer struct {
	Times times
	Max   time.Duration `env:"TEST_PAUSE_MAX" default:"0s"`
}

func (c *outer) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{"TEST_PAUSE": c.Times.Pause, "TEST_PAUSE_MAX": c.Max})...)
}

func TestLoad_RuleNamesABrokenVariableOfAnInnerStruct_IsDroppedAndNoOther(t *testing.T) {
	t.Setenv("TEST_PAUSE", "soon")
	t.Setenv("TEST_PATIENCE", "1s")

	err := config.Load(&outer{})

	assert.ErrorContains(t, err, "TEST_PAUSE is")
	assert.NotContains(t, err.Error(), "TEST_PAUSE must")
	assert.ErrorContains(t, err, "TEST_PAUSE_MAX must be positive")
}

func TestLoad_ReportsEachFaultOnce(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "x")
	t.Setenv("TEST_MAX_CONNS", "many")

	err := config.Load(&database{})

	require.Error(t, err)
	assert.Equal(t, 1, strings.Count(err.Error(), "TEST_MAX_CONNS"), err)
}

func TestLoad_InfiniteNumber_IsRejected(t *testing.T) {
	for _, text := range []string{"NaN", "Inf", "-Inf"} {
		t.Setenv("TEST_RATE", text)
		assert.ErrorContains(t, config.Load(&struct {
			Rate float64 `env:"TEST_RATE"`
		}{}), "TEST_RATE", text)
	}
}

func TestLoad_CallsValidate(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "x")
	t.Setenv("TEST_MAX_CONNS", "0")

	assert.ErrorContains(t, config.Load(&database{}), "TEST_MAX_CONNS must be positive")
}

func TestLoad_SecretInFile(t *testing.T) {
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	load := func(t *testing.T, variables map[string]string) (database, error) {
		for name, value := range variables {
			t.Setenv(name, value)
		}
		var cfg database
		err := config.Load(&cfg)
		return cfg, err
	}

	t.Run("is read without its last newline", func(t *testing.T) {
		cfg, err := load(t, map[string]string{"TEST_DATABASE_URL_FILE": file("hunter2\n")})
		require.NoError(t, err)
		assert.Equal(t, "hunter2", cfg.URL.Reveal())
	})
	t.Run("and in the variable is refused", func(t *testing.T) {
		_, err := load(t, map[string]string{"TEST_DATABASE_URL_FILE": file("hunter2"), "TEST_DATABASE_URL": "hunter3"})
		require.ErrorContains(t, err, "TEST_DATABASE_URL and TEST_DATABASE_URL_FILE are both set")
		assert.NotContains(t, err.Error(), "hunter")
	})
	t.Run("that cannot be read is named", func(t *testing.T) {
		_, err := load(t, map[string]string{"TEST_DATABASE_URL_FILE": "/does/not/exist"})
		require.ErrorContains(t, err, "TEST_DATABASE_URL_FILE: open /does/not/exist")
	})
	t.Run("that is empty is refused", func(t *testing.T) {
		_, err := load(t, map[string]string{"TEST_DATABASE_URL_FILE": file("\n")})
		require.ErrorContains(t, err, "is empty")
	})
	t.Run("is not read for what is no secret", func(t *testing.T) {
		cfg, err := load(t, map[string]string{"TEST_DATABASE_URL": "x", "TEST_MAX_CONNS_FILE": file("7")})
		require.NoError(t, err)
		assert.Equal(t, 10, cfg.MaxConns)
	})
}

func TestSecret_IsNeverPrinted(t *testing.T) {
	t.Parallel()
	cfg := database{URL: "hunter2"}
	asJSON, err := json.Marshal(cfg)
	require.NoError(t, err)
	for _, printed := range []string{
		fmt.Sprint(cfg), fmt.Sprintf("%+v", cfg), fmt.Sprintf("%#v", cfg), fmt.Sprintf("%q", cfg.URL),
		fmt.Sprintf("%x", cfg.URL), fmt.Sprintf("%d", cfg.URL), string(asJSON),
	} {
		assert.NotContains(t, printed, "hunter2")
	}
	assert.Equal(t, "hunter2", cfg.URL.Reveal())
}
