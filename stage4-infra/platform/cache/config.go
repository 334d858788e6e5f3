package cache

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the settings of one cache. The configuration of its owner declares a struct with the same fields and its own variables, and
// converts it.
type Config struct {
	// TTL and EmptyTTL are the longest that a value, and that the mark of a missing one, is kept; at least half as long.
	TTL      time.Duration
	EmptyTTL time.Duration
	// LoadTimeout bounds a load, which its callers share.
	LoadTimeout time.Duration
	// RedisTimeout bounds each access to Redis. When it is over, the value is loaded.
	RedisTimeout time.Duration
}

// Faults returns one fault for each duration in which nothing can be done. The names of the variables begin with prefix.
func (c Config) Faults(prefix string) (faults []error) {
	faults = config.Positive(map[string]time.Duration{
		prefix + "LOAD_TIMEOUT": c.LoadTimeout, prefix + "REDIS_TIMEOUT": c.RedisTimeout,
	})
	if c.TTL < 2*time.Millisecond || c.EmptyTTL < 2*time.Millisecond {
		faults = append(faults, errors.New(prefix+"TTL and "+prefix+"EMPTY_TTL must be at least 2ms"))
	}
	return faults
}
