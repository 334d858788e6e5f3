package auth

import (
	"errors"
	"fmt"
	"time"

	"shop/platform/config"
)

// Config holds the settings of token verification.
type Config struct {
	PublicKeys        string `env:"JWT_PUBLIC_KEYS"`
	Issuer            string `env:"JWT_ISSUER" default:"stagecraft"`
	Audience          string `env:"JWT_AUDIENCE" default:"shop"`
	ServicePublicKeys string `env:"SERVICE_PUBLIC_KEYS"`
	// MaxLifetime is the longest time for which a token may be valid. A token cannot be revoked, so a stolen one must expire.
	MaxLifetime time.Duration `env:"JWT_MAX_LIFETIME" default:"24h"`
	// Leeway is how far the clocks of issuer and verifier may differ.
	Leeway time.Duration `env:"JWT_LEEWAY" default:"10s"`
}

// Validate rejects keys and durations that cannot be used.
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
		// Otherwise the party that signs tokens of users could sign tokens of services.
		if _, shared := users[kid]; shared {
			faults = append(faults, fmt.Errorf("SERVICE_PUBLIC_KEYS must not hold a key of JWT_PUBLIC_KEYS, as %s is", kid))
		}
	}
	if c.Issuer == serviceIssuer {
		faults = append(faults, fmt.Errorf("JWT_ISSUER must not be %s", serviceIssuer))
	}
	if c.MaxLifetime <= 0 {
		faults = append(faults, errors.New("JWT_MAX_LIFETIME must be positive"))
	}
	return errors.Join(faults...)
}

// IssuerConfig holds what a service needs to call others in its own name.
type IssuerConfig struct {
	PrivateKey    config.Secret `env:"SERVICE_PRIVATE_KEY"`
	TokenLifetime time.Duration `env:"SERVICE_TOKEN_LIFETIME" default:"5m"`
}

// Validate rejects a key or a lifetime that cannot be used.
func (c *IssuerConfig) Validate() error {
	var faults []error
	if _, err := parsePrivateKey(c.PrivateKey.Reveal()); err != nil {
		faults = append(faults, fmt.Errorf("SERVICE_PRIVATE_KEY: %w", err))
	}
	if c.TokenLifetime <= 0 {
		faults = append(faults, errors.New("SERVICE_TOKEN_LIFETIME must be positive"))
	}
	return errors.Join(faults...)
}
