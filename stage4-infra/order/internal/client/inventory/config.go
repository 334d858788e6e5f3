package inventory

import (
	"errors"
	"time"

	"shop/platform/breaker"
	"shop/platform/cache"
)

// Config is what the environment says about the inventory service.
type Config struct {
	Target  string `env:"INVENTORY_TARGET"`
	Breaker BreakerConfig
	Cache   CacheConfig
}

// BreakerConfig is when calls to inventory are not made; package breaker has the meaning of the fields.
type BreakerConfig struct {
	FailureRatio     float64       `env:"INVENTORY_BREAKER_FAILURE_RATIO" default:"0.5"`
	MinRequests      int           `env:"INVENTORY_BREAKER_MIN_REQUESTS" default:"20"`
	Window           time.Duration `env:"INVENTORY_BREAKER_WINDOW" default:"10s"`
	OpenFor          time.Duration `env:"INVENTORY_BREAKER_OPEN_FOR" default:"5s"`
	HalfOpenRequests int           `env:"INVENTORY_BREAKER_HALF_OPEN_REQUESTS" default:"3"`
}

// CacheConfig is how long prices and names are kept. TTL is also the longest that a purchase can be accepted at a price that has changed,
// while the event that says so does not arrive.
type CacheConfig struct {
	TTL          time.Duration `env:"CATALOGUE_CACHE_TTL" default:"30s"`
	EmptyTTL     time.Duration `env:"CATALOGUE_CACHE_EMPTY_TTL" default:"60s"`
	LoadTimeout  time.Duration `env:"CATALOGUE_CACHE_LOAD_TIMEOUT" default:"3s"`
	RedisTimeout time.Duration `env:"CATALOGUE_CACHE_REDIS_TIMEOUT" default:"250ms"`
}

// Validate refuses a breaker or a cache that cannot work.
func (c *Config) Validate() error {
	faults := append(breaker.Config(c.Breaker).Faults("INVENTORY_BREAKER_"), cache.Config(c.Cache).Faults("CATALOGUE_CACHE_")...)
	return errors.Join(faults...)
}
