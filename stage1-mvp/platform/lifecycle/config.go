package lifecycle

import (
	"errors"
	"time"
)

// Config is what the environment says about starting and stopping.
type Config struct {
	// ShutdownTimeout is for all stop hooks together: Fx skips those that have not run when it expires. The default leaves room for a
	// server that drains (12 s) and then for a compensation that is not cut off (10 s).
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" default:"24s"`
}

// Validate refuses a stop without time.
func (c *Config) Validate() error {
	if c.ShutdownTimeout <= 0 {
		return errors.New("SHUTDOWN_TIMEOUT must be positive")
	}
	return nil
}
