package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/platform/postgres"
)

// Next returns the next fencing token of the lock. Statements with an earlier one have no effect from then on.
func (r *FenceRepository) Next(ctx context.Context, key string) (int64, error) {
	var token int64
	err := postgres.GetDBTX(ctx, r.pool).QueryRow(ctx, `
		WITH n AS (INSERT INTO lock_fences (key, token) VALUES ($1, 1) ON CONFLICT (key) DO NOTHING), m AS (SELECT max(token) + 1 AS token FROM lock_fences)
		UPDATE lock_fences SET token = (SELECT token FROM m) RETURNING token`, key).Scan(&token)
	if errors.Is(err, pgx.ErrNoRows) {
		return 1, nil
	}
	if err != nil {
		return 0, fmt.Errorf("next fencing token of %s: %w", key, err)
	}
	return token, nil
}
