package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/fx"

	"shop/platform/health"
	"shop/platform/lifecycle"
	"shop/platform/parallel"
)

// Module provides *pgxpool.Pool, *TxManager and the probe "database", and registers metrics of the pool. It needs a Config and a registry.
var Module = fx.Module("postgres",
	health.AsProbe(provideProbe),
	fx.Provide(provide, func(pool *pgxpool.Pool, cfg Config) *TxManager { return newTxManager(pool, cfg.Tx) }),
	fx.Invoke(registerPoolMetrics),
)

func provide(stops *lifecycle.Coordinator, cfg Config) (*pgxpool.Pool, error) {
	pool, err := NewPool(context.Background(), cfg)
	if err != nil {
		return nil, err
	}
	stops.Add(lifecycle.Database, "pool", fx.Hook{
		OnStart: func(ctx context.Context) error {
			if err := pool.Ping(ctx); err != nil {
				return fmt.Errorf("reach the database: %w", err)
			}
			return nil
		},
		// Connections that are still in use at the end of ctx end with the process.
		OnStop: func(ctx context.Context) error { return parallel.Await(ctx, pool.Close) },
	})
	return pool, nil
}
