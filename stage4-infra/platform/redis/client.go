// Package redis has the Redis client that all parts of a service share.
package redis

import (
	"errors"
	"fmt"

	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// NewClient returns a client. Its commands are bounded by the timeout and by their context, are sent only once, and appear in traces by
// name, without arguments. It does not connect yet.
func NewClient(cfg Config) (*redis.Client, error) {
	options, err := redis.ParseURL(cfg.URL.Reveal())
	if err != nil {
		return nil, errors.New("parse REDIS_URL: not an address of Redis") // the parser's own error quotes it
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = cfg.Timeout, cfg.Timeout, cfg.Timeout
	options.PoolTimeout = cfg.Timeout
	options.ContextTimeoutEnabled = true
	// A command whose answer was lost may have worked. Only its caller knows whether it may be sent again.
	options.MaxRetries, options.DialerRetries = -1, 1
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	// The library would write to stderr what it also returns as the error of a command.
	logging.Disable()

	client := redis.NewClient(options)
	err = redisotel.InstrumentTracing(client, redisotel.WithDBStatement(false), redisotel.WithCallerEnabled(false), redisotel.WithDialFilter(true))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("trace Redis: %w", err), client.Close())
	}
	return client, nil
}
