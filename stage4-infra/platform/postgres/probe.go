package postgres

import (
	"context"
	"fmt"

	"go.uber.org/fx"

	"shop/platform/health"
	"shop/platform/lifecycle"
	"shop/platform/parallel"
)

// provideProbe returns the probe "database". It has a connection of its own: while all of the pool are in use the database works, and to
// take a busy replica out would load the others even more.
func provideProbe(stops *lifecycle.Coordinator, cfg Config) (health.Probe, error) {
	cfg.MaxConns = 1
	pool, err := NewPool(context.Background(), cfg)
	if err != nil {
		return health.Probe{}, fmt.Errorf("probe the database: %w", err)
	}
	stops.Add(lifecycle.Database, "probe", fx.StopHook(func(ctx context.Context) error { return parallel.Await(ctx, pool.Close) }))
	return health.Probe{Name: "database", Check: pool.Ping}, nil
}
