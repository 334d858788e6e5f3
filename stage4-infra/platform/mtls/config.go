package mtls

import (
	"errors"
	"fmt"
	"time"

	"shop/platform/config"
)

// What TLS_MODE can be.
const (
	modeMutual = "mutual"
	modeOff    = "off"
)

// development is the only SERVICE_ENV in which services may talk in plain text.
const development = "dev"

// Config says where the certificates of a service are.
type Config struct {
	// Mode off is plain text; only the development environment may use it.
	Mode string `env:"TLS_MODE" default:"mutual"`
	Env  string `env:"SERVICE_ENV" default:"dev"`
	// CertFile has the certificate of this service, with the intermediate CAs that lead to it, and KeyFile its key; without KeyFile the key
	// is in CertFile. CAFile has the CAs whose certificates the service accepts: during a change of the CA, the old and the new one.
	CertFile string `env:"TLS_CERT_FILE" optional:"true"`
	KeyFile  string `env:"TLS_KEY_FILE" optional:"true"`
	CAFile   string `env:"TLS_CA_FILE" optional:"true"`
	// ReloadInterval is how often the files are read again.
	ReloadInterval time.Duration `env:"TLS_RELOAD_INTERVAL" default:"10s"`
	// ExpiryWarning is how long before the end of the certificate the log warns of it.
	ExpiryWarning time.Duration `env:"TLS_EXPIRY_WARNING" default:"24h"`
}

// Validate rejects plain text outside of development, and files that cannot be used.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{"TLS_RELOAD_INTERVAL": c.ReloadInterval})
	switch c.Mode {
	case modeOff:
		if c.Env != development {
			faults = append(faults, fmt.Errorf("TLS_MODE may be off only if SERVICE_ENV is dev; it is %q", c.Env))
		}
	case modeMutual:
		if c.CertFile == "" || c.CAFile == "" {
			faults = append(faults, errors.New("TLS_CERT_FILE and TLS_CA_FILE are required; in development TLS_MODE=off does without"))
		} else if _, err := load(c, time.Now()); err != nil {
			faults = append(faults, err)
		}
	default:
		faults = append(faults, fmt.Errorf("TLS_MODE is %q, want mutual or off", c.Mode))
	}
	return errors.Join(faults...)
}
