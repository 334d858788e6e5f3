package inbox

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
)

// redisFlags has a key for each message that is done, and none for others. After a failure it waits until a time.
type redisFlags struct {
	client     *redis.Client
	ttl, pause time.Duration
	until      atomic.Int64
}

func newRedisFlags(client *redis.Client, cfg Config, _ *zap.Logger) *redisFlags {
	return &redisFlags{client: client, ttl: cfg.FlagTTL, pause: cfg.RedisPause}
}

func (f *redisFlags) begin(ctx context.Context, key string) bool {
	if time.Now().UnixNano() < f.until.Load() {
		return false
	}
	known, err := f.client.Exists(ctx, "done:"+key).Result()
	f.seen(err)
	return err == nil && known == 1
}

func (f *redisFlags) finish(ctx context.Context, key string) {
	if time.Now().UnixNano() >= f.until.Load() {
		f.seen(f.client.SetEx(ctx, "done:"+key, 1, f.ttl).Err())
	}
}

//stagecraft:add
func (f *redisFlags) seen(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		f.until.Store(time.Now().Add(f.pause).UnixNano())
	}
}
