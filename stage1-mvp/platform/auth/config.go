package auth

import (
	"errors"
	"fmt"

	"stagecraft/stage1-mvp/platform/config"
)

// Config is what the environment says about who may call.
type Config struct {
	PublicKeys        string `env:"JWT_PUBLIC_KEYS"`
	Issuer            string `env:"JWT_ISSUER" default:"stagecraft"`
	Audience          string `env:"JWT_AUDIENCE" default:"shop"`
	ServicePublicKeys string `env:"SERVICE_PUBLIC_KEYS"`
}

// Validate refuses keys that cannot be used.
func (c *Config) Validate() error {
	var faults []error
	users, err := parsePublicKeys(c.PublicKeys)
	if err != nil {
		faults = append(faults, fmt.Errorf("JWT_PUBLIC_KEYS: %w", err))
	}
	services, err := parsePublicKeys(c.ServicePublicKeys)
	if err != nil {
		faults = append(faults, fmt.Errorf("SERVICE_PUBLIC_KEYS: %w", err))
	}
	for kid := range services {
		// Otherwise whoever signs for users could make himself a service.
		if _, shared := users[kid]; shared {
			faults = append(faults, fmt.Errorf("SERVICE_PUBLIC_KEYS must not hold a key of JWT_PUBLIC_KEYS, as %s is", kid))
		}
	}
	if c.Issuer == serviceIssuer {
		faults = append(faults, fmt.Errorf("JWT_ISSUER must not be %s", serviceIssuer))
	}
	return errors.Join(faults...)
}

// IssuerConfig is what a service needs to call others in its own name.
type IssuerConfig struct {
	PrivateKey config.Secret `env:"SERVICE_PRIVATE_KEY"`
}

// Validate refuses a key that cannot be used.
func (c *IssuerConfig) Validate() error {
	if _, err := parsePrivateKey(c.PrivateKey.Reveal()); err != nil {
		return fmt.Errorf("SERVICE_PRIVATE_KEY: %w", err)
	}
	return nil
}
