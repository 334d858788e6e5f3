package inbox

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the settings of the flags in Redis.
type Config struct {
	// Redis turns the flags on. Without them each repetition costs a transaction, and nothing else changes.
	Redis bool `env:"INBOX_REDIS" default:"true"`
	// FlagTTL is how long a flag is kept. Most repetitions come within seconds.
	FlagTTL time.Duration `env:"INBOX_FLAG_TTL" default:"10m"`
	// RedisPause is how long Redis is left alone after a failure.
	RedisPause time.Duration `env:"INBOX_REDIS_PAUSE" default:"5s"`
}

// Validate rejects durations of zero.
func (c *Config) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{
		"INBOX_FLAG_TTL": c.FlagTTL, "INBOX_REDIS_PAUSE": c.RedisPause,
	})...)
}
