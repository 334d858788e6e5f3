package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Fill implements usecase.Totals. It leaves locked rows to a later call, and returns in last whether any row is left.
func (t *Totals) Fill(ctx context.Context, _ string, size int32) (filled int64, last string, err error) {
	err = pgx.BeginFunc(ctx, t.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id::text FROM reservations WHERE total_quantity IS NULL LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`, size)
		if err != nil {
			return fmt.Errorf("lock a batch: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("lock a batch: %w", err)
		}
		batch := &pgx.Batch{}
		for _, id := range ids {
			batch.Queue(`UPDATE reservations SET total_quantity = coalesce((SELECT sum(quantity) FROM reservation_items WHERE reservation_id = $1::uuid), 0) WHERE id = $1::uuid`, id)
		}
		filled = int64(len(ids))
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return 0, "", err
	}
	var left bool
	if err := t.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM reservations WHERE total_quantity IS NULL)`).Scan(&left); err != nil {
		return filled, "", fmt.Errorf("look what is left: %w", err)
	}
	if left {
		last = "more"
	}
	return filled, last, nil
}
