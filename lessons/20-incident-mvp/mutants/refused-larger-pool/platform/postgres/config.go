package postgres

import (
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/config"
)

// Config holds the settings of the database of a service.
type Config struct {
	URL              config.Secret `env:"DATABASE_URL"`
	MaxConns         int32         `env:"DB_MAX_CONNS" default:"60"`
	StatementTimeout time.Duration `env:"DB_STATEMENT_TIMEOUT" default:"5s"`
	ConnectTimeout   time.Duration `env:"DB_CONNECT_TIMEOUT" default:"3s"`
	ConnLifetime     time.Duration `env:"DB_CONN_LIFETIME" default:"30m"`
	// CloseTimeout bounds closing the pool. Connections to a database that does not answer would otherwise use up the time of the stop hooks
	// after this one.
	CloseTimeout time.Duration `env:"DB_CLOSE_TIMEOUT" default:"3s"`
	Tx           TxConfig
}

// TxConfig holds the limits of transactions.
type TxConfig struct {
	// CommitTimeout bounds a commit or rollback. The caller's context must not cut it short, because the outcome would then be unknown.
	CommitTimeout time.Duration `env:"DB_COMMIT_TIMEOUT" default:"5s"`
	// MaxReruns is how often a transaction runs again after a conflict, RerunPause the pause before the first rerun; it doubles each time.
	MaxReruns  int           `env:"DB_MAX_RERUNS" default:"3"`
	RerunPause time.Duration `env:"DB_RERUN_PAUSE" default:"10ms"`
}

// Validate rejects a commit without time and a negative number of reruns.
func (c *TxConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{"DB_COMMIT_TIMEOUT": c.CommitTimeout, "DB_RERUN_PAUSE": c.RerunPause})
	if c.MaxReruns < 0 {
		faults = append(faults, errors.New("DB_MAX_RERUNS must not be negative"))
	}
	return errors.Join(faults...)
}

// Validate rejects an address that cannot be read, a pool without connections, and waits without a limit.
func (c *Config) Validate() error {
	var faults []error
	// The parser's own error quotes the address, and what it takes for the password may not be all of it.
	if _, err := pgxpool.ParseConfig(c.URL.Reveal()); err != nil || c.URL == "" {
		faults = append(faults, errors.New("DATABASE_URL is not of the form postgres://user:password@host:port/database"))
	}
	if c.MaxConns < 1 {
		faults = append(faults, errors.New("DB_MAX_CONNS must be at least 1"))
	}
	if c.StatementTimeout < time.Millisecond {
		faults = append(faults, errors.New("DB_STATEMENT_TIMEOUT must be at least 1ms"))
	}
	faults = append(faults, config.Positive(map[string]time.Duration{
		"DB_CONNECT_TIMEOUT": c.ConnectTimeout, "DB_CONN_LIFETIME": c.ConnLifetime, "DB_CLOSE_TIMEOUT": c.CloseTimeout,
	})...)
	return errors.Join(faults...)
}
