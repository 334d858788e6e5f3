package postgres

import (
	"context"
	"fmt"

	"shop/platform/postgres"
)

// Next returns the next fencing token of the lock. Statements with an earlier one have no effect from then on.
func (r *FenceRepository) Next(ctx context.Context, key string) (int64, error) {
	db := postgres.GetDBTX(ctx, r.pool)
	var token int64
	if err := db.QueryRow(ctx, `SELECT COALESCE((SELECT token FROM lock_fences WHERE key = $1), 0) + 1`, key).Scan(&token); err != nil {
		return 0, fmt.Errorf("read fencing token of %s: %w", key, err)
	}
	_, err := db.Exec(ctx, `INSERT INTO lock_fences (key, token) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET token = EXCLUDED.token`, key, token)
	if err != nil {
		return 0, fmt.Errorf("store fencing token of %s: %w", key, err)
	}
	return token, nil
}
