package redis

import (
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"shop/platform/config"
)

// Config holds the settings of Redis.
type Config struct {
	URL config.Secret `env:"REDIS_URL"`
	// Timeout bounds each of connecting, sending a command and reading its answer.
	Timeout time.Duration `env:"REDIS_TIMEOUT" default:"2s"`
}

// Validate rejects an invalid address, and waits without a limit.
func (c *Config) Validate() error {
	var faults []error
	// The parser's own error quotes the address, password and all.
	if _, err := redis.ParseURL(c.URL.Reveal()); err != nil {
		faults = append(faults, errors.New("REDIS_URL is not of the form redis://user:password@host:port/number"))
	}
	if c.Timeout <= 0 {
		faults = append(faults, errors.New("REDIS_TIMEOUT must be positive"))
	}
	return errors.Join(faults...)
}
