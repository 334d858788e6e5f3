package inbox

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
	"go.uber.org/zap"

	"shop/platform/logging"
)

func newRedisFlags(client *redis.Client, cfg Config, log *zap.Logger) *redisFlags {
	return &redisFlags{client: client, ttl: cfg.FlagTTL, breaker: gobreaker.NewCircuitBreaker[string](gobreaker.Settings{
		Name:         "inbox redis",
		Timeout:      5 * time.Second,
		ReadyToTrip:  func(gobreaker.Counts) bool { return true },
		IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, redis.Nil) },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			log.Warn("Redis of the inbox", logging.Event("platform.inbox.redis"), zap.Stringer("breaker", to))
		},
	})}
}
