package inbox

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// begin sets the flag if there is none.
func (f *redisFlags) begin(ctx context.Context, key string) (first bool, err error) {
	_, err = f.breaker.Execute(func() (string, error) {
		return f.client.SetArgs(ctx, "inbox:"+key, inProgress, redis.SetArgs{Mode: "NX"}).Result()
	})
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	return err == nil, err
}

func (f *redisFlags) finish(ctx context.Context, key string) error {
	_, err := f.breaker.Execute(func() (string, error) {
		return f.client.Set(ctx, "inbox:"+key, done, redis.KeepTTL).Result()
	})
	return err
}

//stagecraft:add
func (f *redisFlags) forget(ctx context.Context, key string) error {
	_, err := f.breaker.Execute(func() (string, error) {
		return "", f.client.Del(ctx, "inbox:"+key).Err()
	})
	return err
}

func (noFlags) begin(context.Context, string) (first bool, err error) { return true, nil }
func (noFlags) finish(context.Context, string) error                  { return nil }

//stagecraft:add
func (noFlags) forget(context.Context, string) error { return nil }
