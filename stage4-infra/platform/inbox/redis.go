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

const (
	inProgress = "in progress"
	done       = "done"
)

// noFlags is an inbox without Redis.
type noFlags struct{}

func (noFlags) begin(context.Context, string) bool { return false }
func (noFlags) finish(context.Context, string)     {}

// redisFlags keeps the flags in Redis. After a failure it leaves Redis alone for a while, so that a Redis that is gone does not add its
// timeout to each message.
type redisFlags struct {
	client  *redis.Client
	ttl     time.Duration
	breaker *gobreaker.CircuitBreaker[string]
}

func newRedisFlags(client *redis.Client, cfg Config, log *zap.Logger) *redisFlags {
	return &redisFlags{client: client, ttl: cfg.FlagTTL, breaker: gobreaker.NewCircuitBreaker[string](gobreaker.Settings{
		Name:         "inbox redis",
		Timeout:      cfg.RedisPause,
		ReadyToTrip:  func(gobreaker.Counts) bool { return true },
		IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, redis.Nil) },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			log.Warn("Redis of the inbox", logging.Event("platform.inbox.redis"), zap.Stringer("breaker", to))
		},
	})}
}

func (f *redisFlags) begin(ctx context.Context, key string) bool {
	before, _ := f.breaker.Execute(func() (string, error) {
		return f.client.SetArgs(ctx, "inbox:"+key, inProgress, redis.SetArgs{Mode: "NX", Get: true, TTL: f.ttl}).Result()
	})
	return before == done
}

func (f *redisFlags) finish(ctx context.Context, key string) {
	_, _ = f.breaker.Execute(func() (string, error) {
		return f.client.Set(ctx, "inbox:"+key, done, f.ttl).Result()
	})
}
