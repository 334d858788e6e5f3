package inbox

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
)

type redisFlags struct {
	client *redis.Client
	ttl    time.Duration
	failed atomic.Bool
}

func newRedisFlags(client *redis.Client, cfg Config, _ *zap.Logger) *redisFlags {
	return &redisFlags{client: client, ttl: cfg.FlagTTL}
}

func (f *redisFlags) begin(ctx context.Context, key string) bool {
	if f.failed.Load() {
		return false
	}
	before, err := f.client.SetArgs(ctx, "inbox:"+key, inProgress, redis.SetArgs{Mode: "NX", Get: true, TTL: f.ttl}).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		f.failed.Store(true)
	}
	return before == done
}

func (f *redisFlags) finish(ctx context.Context, key string) {
	if !f.failed.Load() && f.client.Set(ctx, "inbox:"+key, done, f.ttl).Err() != nil {
		f.failed.Store(true)
	}
}
