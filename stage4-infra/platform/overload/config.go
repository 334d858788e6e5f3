package overload

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the settings of a Limiter.
type Config struct {
	// Target is how long half of the calls may take at most. Above it, the limit is lowered.
	Target time.Duration `env:"OVERLOAD_TARGET" default:"200ms"`
	// Min and Max are the bounds of the limit. Min must be enough to use the processors and the connections to the database.
	Min int `env:"OVERLOAD_MIN_CONCURRENCY" default:"20"`
	Max int `env:"OVERLOAD_MAX_CONCURRENCY" default:"1000"`
	// Window is how often the limit is adjusted.
	Window time.Duration `env:"OVERLOAD_WINDOW" default:"250ms"`
	// RetryAfter is how long a refused caller should wait, on average.
	RetryAfter time.Duration `env:"OVERLOAD_RETRY_AFTER" default:"1s"`
	// MinTime is the shortest time until its deadline with which a call is begun.
	MinTime time.Duration `env:"OVERLOAD_MIN_TIME" default:"5ms"`
}

// Validate rejects a limit that would let no call through.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"OVERLOAD_TARGET": c.Target, "OVERLOAD_WINDOW": c.Window, "OVERLOAD_RETRY_AFTER": c.RetryAfter,
	})
	if c.Min < 1 {
		faults = append(faults, errors.New("OVERLOAD_MIN_CONCURRENCY must be at least 1"))
	}
	if c.Max < c.Min {
		faults = append(faults, errors.New("OVERLOAD_MAX_CONCURRENCY must not be less than OVERLOAD_MIN_CONCURRENCY"))
	}
	return errors.Join(faults...)
}
