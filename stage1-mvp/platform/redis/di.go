package redis

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"
)

// Module provides *redis.Client, and closes it. It needs a Config. The start does not wait for Redis, so a service without
// Redis still does the rest of its work.
var Module = fx.Module("redis", fx.Provide(provide))

func provide(lc fx.Lifecycle, cfg Config) (*redis.Client, error) {
	client, err := NewClient(cfg)
	if err != nil {
		return nil, err
	}
	lc.Append(fx.StopHook(client.Close))
	return client, nil
}
