package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

// OrdersOf reads the rest of the moment and what is older as two ranges of the index, one after the other, in one statement. Both reads are
// sent in one batch, in a transaction that sees one state of the table.
func (s *QueryService) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) (orders []query.Order, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		var rows []gen.Order
		collect := func(found pgx.Rows) (err error) {
			rows, err = pgx.CollectRows(found, pgx.RowToStructByName[gen.Order])
			return err
		}
		if after == nil {
			batch.Queue(`SELECT * FROM orders WHERE buyer_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, buyerID, limit).Query(collect)
		} else {
			batch.Queue(`
				(SELECT * FROM orders WHERE buyer_id = $1 AND created_at = $2 AND id < $3 ORDER BY id DESC LIMIT $4)
				UNION ALL
				(SELECT * FROM orders WHERE buyer_id = $1 AND created_at < $2 ORDER BY created_at DESC, id DESC LIMIT $4)
				LIMIT $4`, buyerID, after.CreatedAt, after.ID, limit).Query(collect)
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		orders, err = s.withItems(ctx, tx, rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("orders of %s: %w", buyerID, err)
	}
	return orders, nil
}
