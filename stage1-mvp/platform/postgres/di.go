package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/fx"

	"shop/platform/parallel"
)

// Module provides *pgxpool.Pool and *TxManager and registers metrics of the pool. It needs a Config and a registry.
var Module = fx.Module("postgres",
	fx.Provide(provide, func(pool *pgxpool.Pool, cfg Config) *TxManager { return newTxManager(pool, cfg.Tx) }),
	fx.Invoke(registerPoolMetrics),
)

func provide(lc fx.Lifecycle, cfg Config) (*pgxpool.Pool, error) {
	pool, err := NewPool(context.Background(), cfg)
	if err != nil {
		return nil, err
	}
	lc.Append(fx.Hook{
		OnStart: func(ctx context.Context) error {
			if err := pool.Ping(ctx); err != nil {
				return fmt.Errorf("reach the database: %w", err)
			}
			return nil
		},
		OnStop: func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, cfg.CloseTimeout)
			defer cancel()
			_ = parallel.Await(ctx, pool.Close) // connections that are still open end with the process
			return nil
		},
	})
	return pool, nil
}
