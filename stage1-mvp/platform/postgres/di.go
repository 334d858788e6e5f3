package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/platform/parallel"
)

// Module provides *pgxpool.Pool and *TxManager, and shows the pool among the metrics. It needs a Config and a registry.
var Module = fx.Module("postgres", fx.Provide(provide, NewTxManager), fx.Invoke(showPool))

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
			closePool(ctx, pool)
			return nil
		},
	})
	return pool, nil
}

// closeTimeout is for connections to come back and take their leave. Those to a database that has fallen silent would do so for so long
// that nothing was left for the stop hooks after this one.
const closeTimeout = 3 * time.Second

func closePool(ctx context.Context, pool *pgxpool.Pool) {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	_ = parallel.Await(ctx, pool.Close) // what is not closed by then ends with the process
}
