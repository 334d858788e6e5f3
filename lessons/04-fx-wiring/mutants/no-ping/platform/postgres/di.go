package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/fx"

	"shop/platform/parallel"
)

func provide(lc fx.Lifecycle, cfg Config) (*pgxpool.Pool, error) {
	pool, err := NewPool(context.Background(), cfg)
	if err != nil {
		return nil, err
	}
	lc.Append(fx.StopHook(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, cfg.CloseTimeout)
		defer cancel()
		_ = parallel.Await(ctx, pool.Close)
	}))
	return pool, nil
}
