package postgres

import (
	"context"
	"fmt"
	"time"

	"shop/platform/postgres"
)

// Next returns the next fencing token of the lock. Statements with an earlier one have no effect from then on.
func (r *FenceRepository) Next(ctx context.Context, key string) (int64, error) {
	var token int64
	err := postgres.GetDBTX(ctx, r.pool).QueryRow(ctx, `INSERT INTO lock_fences (key, token) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET token = EXCLUDED.token RETURNING token`, key, time.Now().UnixNano()).Scan(&token)
	if err != nil {
		return 0, fmt.Errorf("next fencing token of %s: %w", key, err)
	}
	return token, nil
}
