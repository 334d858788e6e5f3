package payment

import (
	"errors"
	"net/url"
	"time"

	"shop/platform/config"
)

// Config is the configuration of the payment provider.
type Config struct {
	URL    string        `env:"PAYMENT_URL"`
	APIKey config.Secret `env:"PAYMENT_API_KEY"`
	// Timeout bounds one call. The outcome of a call that timed out is unknown.
	Timeout          time.Duration `env:"PAYMENT_TIMEOUT" default:"5s"`
	MaxResponseBytes int64         `env:"PAYMENT_MAX_RESPONSE_BYTES" default:"65536"`
}

// Validate refuses an invalid address and limits that are not positive.
func (c *Config) Validate() error {
	var faults []error
	address, err := url.Parse(c.URL)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "" || address.User != nil {
		faults = append(faults, errors.New("PAYMENT_URL is not of the form https://host/path"))
	}
	if c.Timeout <= 0 {
		faults = append(faults, errors.New("PAYMENT_TIMEOUT must be positive"))
	}
	if c.MaxResponseBytes < 1 {
		faults = append(faults, errors.New("PAYMENT_MAX_RESPONSE_BYTES must be at least 1"))
	}
	return errors.Join(faults...)
}
