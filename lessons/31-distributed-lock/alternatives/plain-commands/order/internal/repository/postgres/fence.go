package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Next adds the lock if it is new, and counts in a transaction that has its row.
func (r *FenceRepository) Next(ctx context.Context, key string) (token int64, err error) {
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO lock_fences (key, token) VALUES ($1, 0) ON CONFLICT DO NOTHING`, key); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT token FROM lock_fences WHERE key = $1 FOR UPDATE`, key).Scan(&token); err != nil {
			return err
		}
		token++
		_, err := tx.Exec(ctx, `UPDATE lock_fences SET token = $2 WHERE key = $1`, key, token)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count holders of %s: %w", key, err)
	}
	return token, nil
}
