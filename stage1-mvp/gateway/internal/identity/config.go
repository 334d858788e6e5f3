package identity

import (
	"errors"
	"fmt"
	"time"

	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/config"
)

// Config is what the environment says about users and their login. Users and PrivateKey come together; without them nobody can log in.
type Config struct {
	// Users is a JSON list of {"id","username","password_hash","roles"}; the hash is bcrypt's.
	Users config.Secret `env:"LOGIN_USERS" optional:"true"`
	// PrivateKey signs the tokens; its public half is in JWT_PUBLIC_KEYS.
	PrivateKey    config.Secret `env:"LOGIN_PRIVATE_KEY" optional:"true"`
	TokenLifetime time.Duration `env:"LOGIN_TOKEN_LIFETIME" default:"15m"`
	// Concurrency is how many passwords are hashed at the same time. Each hash occupies a core for a while, and limits per client do not
	// help against many clients.
	Concurrency int `env:"LOGIN_CONCURRENCY" default:"2"`
}

// Enabled tells whether there is a login.
func (c *Config) Enabled() bool { return c.Users != "" && c.PrivateKey != "" }

// Validate refuses users who could not log in.
func (c *Config) Validate() error {
	var faults []error
	if (c.Users == "") != (c.PrivateKey == "") {
		faults = append(faults, errors.New("LOGIN_USERS and LOGIN_PRIVATE_KEY come together"))
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

// ValidateKey refuses a private key whose tokens nobody would accept.
func (c *Config) ValidateKey(cfg auth.Config) error {
	if c.PrivateKey == "" {
		return nil
	}
	if _, err := auth.NewUserIssuer(c.PrivateKey, cfg, c.TokenLifetime); err != nil {
		return fmt.Errorf("LOGIN_PRIVATE_KEY: %w", err)
	}
	return nil
}
