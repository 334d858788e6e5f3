package postgres

import (
	"errors"
	"time"

	"stagecraft/stage1-mvp/platform/config"
)

// Config is what the environment says about the database of a service.
type Config struct {
	URL              config.Secret `env:"DATABASE_URL"`
	MaxConns         int32         `env:"DB_MAX_CONNS" default:"10"`
	StatementTimeout time.Duration `env:"DB_STATEMENT_TIMEOUT" default:"5s"`
	ConnectTimeout   time.Duration `env:"DB_CONNECT_TIMEOUT" default:"3s"`
	ConnLifetime     time.Duration `env:"DB_CONN_LIFETIME" default:"30m"`
}

// Validate refuses a pool without connections and statements without a limit.
func (c *Config) Validate() error {
	var faults []error
	if c.MaxConns < 1 {
		faults = append(faults, errors.New("DB_MAX_CONNS must be at least 1"))
	}
	if c.StatementTimeout < time.Millisecond {
		faults = append(faults, errors.New("DB_STATEMENT_TIMEOUT must be at least 1ms"))
	}
	return errors.Join(faults...)
}
