package redis

import (
	"context"

	"github.com/redis/go-redis/v9"

	"shop/platform/health"
)

// newProbe returns the probe "redis".
func newProbe(client *redis.Client) health.Probe {
	return health.Probe{Name: "redis", Check: func(ctx context.Context) error { return client.Ping(ctx).Err() }}
}
