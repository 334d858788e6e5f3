package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Fill implements usecase.Totals.
func (t *Totals) Fill(ctx context.Context, after string, size int32) (filled int64, last string, err error) {
	rows, err := t.pool.Query(ctx, `SELECT r.id, r.status, COALESCE(sum(i.quantity), 0)::bigint FROM reservations AS r
		LEFT JOIN reservation_items AS i ON i.reservation_id = r.id WHERE r.total_quantity IS NULL AND r.id > $1::uuid
		GROUP BY r.id ORDER BY r.id LIMIT $2`, after, size)
	if err != nil {
		return 0, "", fmt.Errorf("load reservations: %w", err)
	}
	var ids []string
	var statuses []int16
	var totals []int64
	var status int16
	var sum int64
	if _, err = pgx.ForEachRow(rows, []any{&last, &status, &sum}, func() error {
		ids, statuses, totals = append(ids, last), append(statuses, status), append(totals, sum)
		return nil
	}); err != nil {
		return 0, "", fmt.Errorf("load reservations: %w", err)
	}
	_, err = t.pool.Exec(ctx, `UPDATE reservations AS r SET status = l.status, total_quantity = l.total
		FROM (SELECT unnest($1::uuid[]) AS id, unnest($2::smallint[]) AS status, unnest($3::bigint[]) AS total) AS l WHERE r.id = l.id`, ids, statuses, totals)
	return int64(len(ids)), last, err
}
