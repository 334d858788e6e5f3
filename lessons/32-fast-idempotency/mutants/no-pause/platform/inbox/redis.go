package inbox

import (
	"context"

	"github.com/redis/go-redis/v9"
)

func (f *redisFlags) begin(ctx context.Context, key string) bool {
	before, _ := f.client.SetArgs(ctx, "inbox:"+key, inProgress, redis.SetArgs{Mode: "NX", Get: true, TTL: f.ttl}).Result()
	return before == done
}

func (f *redisFlags) finish(ctx context.Context, key string) {
	_, _ = f.breaker.Execute(func() (string, error) {
		return f.client.Set(ctx, "inbox:"+key, done, f.ttl).Result()
	})
}
