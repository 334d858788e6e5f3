package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// inTx runs fn in the transaction of ctx, or in one of its own.
//
//stagecraft:add
func (p *Projection) inTx(ctx context.Context, fn func(ctx context.Context, db postgres.DBTX) error) error {
	return postgres.NewTxManager(p.pool).WithTx(ctx, func(ctx context.Context) error { return fn(ctx, p.db(ctx)) })
}

// state returns the generations. It locks them: with "FOR SHARE" against Begin and Activate, with "FOR UPDATE" against all.
//
//stagecraft:add
func (p *Projection) state(ctx context.Context, db postgres.DBTX, lock string) (active, building *int32, latest int32, err error) {
	err = db.QueryRow(ctx, `SELECT active, building, latest FROM order_list_state `+lock).Scan(&active, &building, &latest)
	return active, building, latest, err
}

// ProjectOrder merges in Go, under the lock of each row.
func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	return p.inTx(ctx, func(ctx context.Context, db postgres.DBTX) error {
		active, building, _, err := p.state(ctx, db, "FOR SHARE")
		for _, generation := range []*int32{active, building} {
			if generation != nil && err == nil {
				err = p.merge(ctx, db, *generation, change)
			}
		}
		return err
	})
}

// merge brings a change into the row of a generation.
//
//stagecraft:add
func (p *Projection) merge(ctx context.Context, db postgres.DBTX, generation int32, change query.OrderChange) error {
	if _, err := db.Exec(ctx, `INSERT INTO order_list_view (generation, order_id, status, version) VALUES ($1, $2, 0, 0)
		ON CONFLICT DO NOTHING`, generation, change.OrderID); err != nil {
		return err
	}
	rows, err := db.Query(ctx, `SELECT * FROM order_list_view WHERE generation = $1 AND order_id = $2 FOR UPDATE`, generation, change.OrderID)
	if err != nil {
		return err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[gen.OrderListView])
	if err != nil {
		return err
	}
	news := false
	if c := change.Created; c != nil && !row.BuyerID.Valid {
		buyer, err := uuid.Parse(c.BuyerID)
		if err != nil {
			return err
		}
		if row.Items, err = json.Marshal(c.Items); err != nil {
			return err
		}
		news, row.BuyerID, row.CreatedAt = true, pgtype.UUID{Bytes: buyer, Valid: true}, timestamp(c.At)
		row.Currency, row.TotalMinor = pgtype.Text{String: c.Currency, Valid: true}, pgtype.Int8{Int64: c.TotalMinor, Valid: true}
	}
	if change.Version > row.Version {
		news, row.Version, row.Status, row.UpdatedAt = true, change.Version, int16(change.Status), timestamp(change.At)
	}
	if payment := int16(change.Payment); payment > row.Payment {
		news, row.Payment = true, payment
	}
	if row.CancelCode == "" && change.CancelCode != "" {
		news, row.CancelCode = true, change.CancelCode
	}
	if row.CancelReason == "" && change.CancelReason != "" {
		news, row.CancelReason = true, change.CancelReason
	}
	if !news {
		return nil
	}
	_, err = db.Exec(ctx, `UPDATE order_list_view SET (buyer_id, currency, total_minor, items, created_at, status, version, updated_at, cancel_code, cancel_reason, payment)
		= ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) WHERE generation = $1 AND order_id = $2`, generation, change.OrderID, row.BuyerID, row.Currency, row.TotalMinor,
		row.Items, row.CreatedAt, row.Status, row.Version, row.UpdatedAt, row.CancelCode, row.CancelReason, row.Payment)
	return err
}

// ProjectProductName inserts the name, or updates an older one.
func (p *Projection) ProjectProductName(ctx context.Context, sku, name string, sequence int64) error {
	return p.inTx(ctx, func(ctx context.Context, db postgres.DBTX) error {
		tag, err := db.Exec(ctx, `INSERT INTO product_names VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, sku, name, sequence)
		if err == nil && tag.RowsAffected() == 0 {
			_, err = db.Exec(ctx, `UPDATE product_names SET name = $2, sequence = $3 WHERE sku = $1 AND sequence < $3`, sku, name, sequence)
		}
		return err
	})
}

// Begin counts under the lock of the state.
func (p *Projection) Begin(ctx context.Context) (generation int32, err error) {
	err = p.inTx(ctx, func(ctx context.Context, db postgres.DBTX) error {
		_, _, latest, err := p.state(ctx, db, "FOR UPDATE")
		if err != nil {
			return err
		}
		generation = latest + 1
		_, err = db.Exec(ctx, `UPDATE order_list_state SET latest = $1, building = $1`, generation)
		return err
	})
	return generation, err
}

// Copy merges each order into the one generation.
func (p *Projection) Copy(ctx context.Context, generation int32, after string, size int32) (changes []query.OrderChange, err error) {
	err = p.inTx(ctx, func(ctx context.Context, db postgres.DBTX) error {
		rows, err := p.queries.ListOrdersByID(ctx, db, gen.ListOrdersByIDParams{After: after, MaxRows: size})
		if err != nil {
			return err
		}
		var ids []string
		for _, row := range rows {
			ids = append(ids, row.Order.ID)
		}
		items, err := p.queries.ListItems(ctx, db, ids)
		known, err2 := payments(ctx, p.queries, db, ids)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		changes = toChanges(rows, items, known)
		for change := range slices.Values(changes) {
			if err := p.merge(ctx, db, generation, change); err != nil {
				return err
			}
		}
		return nil
	})
	return changes, err
}

// Activate decides under the lock of the state.
func (p *Projection) Activate(ctx context.Context, generation int32) (activated bool, err error) {
	err = p.inTx(ctx, func(ctx context.Context, db postgres.DBTX) error {
		_, building, _, err := p.state(ctx, db, "FOR UPDATE")
		if err != nil || building == nil || *building != generation {
			return err
		}
		activated = true
		_, err = db.Exec(ctx, `UPDATE order_list_state SET active = $1, building = NULL`, generation)
		return err
	})
	return activated, err
}

//stagecraft:drop
func toProjectOrder() {}
