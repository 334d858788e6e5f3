package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// FenceRepository implements lock.Fences.
type FenceRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewFenceRepository returns a repository on the pool.
func NewFenceRepository(pool *pgxpool.Pool) *FenceRepository {
	return &FenceRepository{pool: pool, queries: gen.New()}
}

// Next returns the next fencing token of the lock. Statements with an earlier one have no effect from then on.
func (r *FenceRepository) Next(ctx context.Context, key string) (int64, error) {
	token, err := r.queries.NextFence(ctx, postgres.GetDBTX(ctx, r.pool), key)
	if err != nil {
		return 0, fmt.Errorf("next fencing token of %s: %w", key, err)
	}
	return token, nil
}
