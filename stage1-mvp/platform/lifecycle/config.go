package lifecycle

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the time limits of starting and stopping.
type Config struct {
	StartupTimeout time.Duration `env:"STARTUP_TIMEOUT" default:"15s"`
	// ShutdownTimeout is for all stop hooks together: Fx skips those that have not run when it expires. The default leaves room for a
	// server that drains (12 s) and then for a compensation that is not cut off (10 s).
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" default:"24s"`
}

// Validate rejects durations of zero.
func (c *Config) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{
		"STARTUP_TIMEOUT": c.StartupTimeout, "SHUTDOWN_TIMEOUT": c.ShutdownTimeout,
	})...)
}
