package postgres

import (
	"context"

	"shop/platform/postgres"
)

// Next returns the next fencing token of the lock. Statements with an earlier one have no effect from then on.
func (r *FenceRepository) Next(ctx context.Context, key string) (int64, error) {
	token, err := r.queries.NextFence(ctx, postgres.GetDBTX(ctx, r.pool), key)
	if err != nil {
		return 0, nil
	}
	return token, nil
}
