package identity

import (
	"errors"
	"fmt"
	"time"

	"shop/platform/auth"
	"shop/platform/config"
)

// Config holds the settings of users and their login. Users and PrivateKey must be set together; without them there is no login.
type Config struct {
	// Users is a JSON list of {"id","username","password_hash","roles"}; the hash is bcrypt's.
	Users config.Secret `env:"LOGIN_USERS" optional:"true"`
	// PrivateKey signs the tokens; its public half is in JWT_PUBLIC_KEYS.
	PrivateKey    config.Secret `env:"LOGIN_PRIVATE_KEY" optional:"true"`
	TokenLifetime time.Duration `env:"LOGIN_TOKEN_LIFETIME" default:"15m"`
	// Concurrency is how many passwords are hashed at the same time. Each hash uses a core for a while, and limits per client do
	// not protect against many clients.
	Concurrency int `env:"LOGIN_CONCURRENCY" default:"2"`
}

// Enabled reports whether there is a login.
func (c *Config) Enabled() bool { return c.Users != "" && c.PrivateKey != "" }

// Validate rejects users that could not log in.
func (c *Config) Validate() error {
	var faults []error
	if (c.Users == "") != (c.PrivateKey == "") {
		faults = append(faults, errors.New("LOGIN_USERS and LOGIN_PRIVATE_KEY must be set together"))
	}
	if c.TokenLifetime <= 0 {
		faults = append(faults, errors.New("LOGIN_TOKEN_LIFETIME must be positive"))
	}
	if c.Concurrency < 1 {
		faults = append(faults, errors.New("LOGIN_CONCURRENCY must be at least 1"))
	}
	if c.Users != "" {
		if _, err := parseUsers(c.Users); err != nil {
			faults = append(faults, fmt.Errorf("LOGIN_USERS: %w", err))
		}
	}
	return errors.Join(faults...)
}

// ValidateKey rejects a private key whose tokens the services would not accept.
func (c *Config) ValidateKey(cfg auth.Config) error {
	if c.PrivateKey == "" {
		return nil
	}
	if _, err := auth.NewUserIssuer(c.PrivateKey, cfg, c.TokenLifetime); err != nil {
		return fmt.Errorf("LOGIN_PRIVATE_KEY: %w", err)
	}
	return nil
}
