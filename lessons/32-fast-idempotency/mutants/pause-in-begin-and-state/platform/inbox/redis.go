package inbox

import (
	"context"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

func (f *redisFlags) begin(ctx context.Context, key string) bool {
	before, _ := f.breaker.Execute(func() (string, error) {
		return f.client.SetArgs(ctx, "inbox:"+key, inProgress, redis.SetArgs{Mode: "NX", Get: true, TTL: f.ttl}).Result()
	})
	return before == done
}

func (f *redisFlags) finish(ctx context.Context, key string) {
	if f.breaker.State() == gobreaker.StateOpen {
		return
	}
	_ = f.client.Set(ctx, "inbox:"+key, done, f.ttl).Err()
}
