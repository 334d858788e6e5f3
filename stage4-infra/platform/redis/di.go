package redis

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"

	"shop/platform/health"
	"shop/platform/lifecycle"
)

// Module provides *redis.Client, which it closes, and the probe "redis". It needs a Config. The start does not wait for Redis, so a service
// without Redis still does the rest of its work.
var Module = fx.Module("redis", fx.Provide(provide), health.AsProbe(newProbe))

func provide(stops *lifecycle.Coordinator, cfg Config) (*redis.Client, error) {
	client, err := NewClient(cfg)
	if err != nil {
		return nil, err
	}
	stops.Add(lifecycle.Redis, "client", fx.StopHook(client.Close))
	return client, nil
}
