package inbox

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

func (f *redisFlags) begin(ctx context.Context, key string) (bool, error) {
	before, err := f.breaker.Execute(func() (string, error) {
		return f.client.SetArgs(ctx, "inbox:"+key, inProgress, redis.SetArgs{Mode: "NX", Get: true, TTL: f.ttl}).Result()
	})
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return before == done, err
}

func (f *redisFlags) finish(ctx context.Context, key string) {
	_, _ = f.breaker.Execute(func() (string, error) {
		return f.client.Set(ctx, "inbox:"+key, done, f.ttl).Result()
	})
}

func (noFlags) begin(context.Context, string) (bool, error) { return false, nil }
