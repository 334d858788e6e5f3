package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// The first statement makes the rows and keeps the state locked. The others each change what one rule is about.
//
//stagecraft:add
var ruleStatements = []string{
	`INSERT INTO order_list_view (generation, order_id, status, version)
		SELECT generation, @order, 0, 0 FROM (SELECT active, building FROM order_list_state FOR SHARE) AS state, unnest(ARRAY[active, building]) AS generation
		WHERE generation IS NOT NULL AND generation = COALESCE(@target, generation) ORDER BY generation ON CONFLICT DO NOTHING`,
	`UPDATE order_list_view SET status = @status, version = @version, updated_at = @updated WHERE order_id = @order AND version < @version`,
	`UPDATE order_list_view SET payment = @payment WHERE order_id = @order AND payment < @payment`,
	`UPDATE order_list_view SET cancel_code = @code WHERE order_id = @order AND cancel_code = '' AND @code <> ''`,
	`UPDATE order_list_view SET cancel_reason = @reason WHERE order_id = @order AND cancel_reason = '' AND @reason <> ''`,
	`UPDATE order_list_view SET buyer_id = @buyer, currency = @currency, total_minor = @total, items = @items, created_at = @created
		WHERE order_id = @order AND buyer_id IS NULL AND @buyer::uuid IS NOT NULL`,
}

// apply runs the statements for each change in one transaction.
//
//stagecraft:add
func (p *Projection) apply(ctx context.Context, target *int32, changes ...query.OrderChange) error {
	where := ` AND generation IN (SELECT unnest(ARRAY[active, building]) FROM order_list_state) AND generation = COALESCE(@target, generation)`
	return postgres.NewTxManager(p.pool).WithTx(ctx, func(ctx context.Context) error {
		for _, change := range changes {
			c, err := toProjectOrder(change)
			if err != nil {
				return err
			}
			args := pgx.NamedArgs{
				"order": c.OrderID, "target": target, "status": c.Status, "version": c.Version, "updated": c.UpdatedAt, "payment": c.Payment,
				"code": c.CancelCode, "reason": c.CancelReason, "buyer": c.BuyerID, "currency": c.Currency, "total": c.TotalMinor, "items": c.Items, "created": c.CreatedAt,
			}
			for i, statement := range ruleStatements {
				if i > 0 {
					statement += where
				}
				if _, err := p.db(ctx).Exec(ctx, statement, args); err != nil {
					return fmt.Errorf("project order %s: %w", change.OrderID, err)
				}
			}
		}
		return nil
	})
}

// ProjectOrder applies a change to the generations of the state.
func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	return p.apply(ctx, nil, change)
}

// ProjectProductName keeps the pair with the higher sequence.
func (p *Projection) ProjectProductName(ctx context.Context, sku, name string, sequence int64) error {
	_, err := p.db(ctx).Exec(ctx, `INSERT INTO product_names AS old VALUES ($1, $2, $3) ON CONFLICT (sku) DO UPDATE
		SET (name, sequence) = (SELECT excluded.name, excluded.sequence) WHERE NOT old.sequence >= excluded.sequence`, sku, name, sequence)
	return err
}

// Begin takes the next number.
func (p *Projection) Begin(ctx context.Context) (generation int32, err error) {
	err = p.db(ctx).QueryRow(ctx, `UPDATE order_list_state SET (latest, building) = (SELECT latest + 1, latest + 1) RETURNING building`).Scan(&generation)
	return generation, err
}

// Copy applies the orders to the generation.
func (p *Projection) Copy(ctx context.Context, generation int32, after string, size int32) ([]query.OrderChange, error) {
	changes, err := p.changesAfter(ctx, p.db(ctx), after, size)
	if err != nil {
		return nil, err
	}
	return changes, p.apply(ctx, &generation, changes...)
}

// Activate asks for what it has changed.
func (p *Projection) Activate(ctx context.Context, generation int32) (bool, error) {
	rows, err := p.db(ctx).Query(ctx, `UPDATE order_list_state SET active = $1, building = NULL WHERE building = $1 RETURNING active`, generation)
	if err != nil {
		return false, err
	}
	shown, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	return len(shown) > 0, err
}

// changesAfter returns the next size orders after this id as the sum of their changes, in the order of their ids.
//
//stagecraft:add
func (p *Projection) changesAfter(ctx context.Context, db postgres.DBTX, after string, size int32) ([]query.OrderChange, error) {
	rows, err := p.queries.ListOrdersByID(ctx, db, gen.ListOrdersByIDParams{After: after, MaxRows: size})
	if err != nil {
		return nil, fmt.Errorf("read orders after %s: %w", after, err)
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Order.ID
	}
	items, err := p.queries.ListItems(ctx, db, ids)
	if err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	payments, err := payments(ctx, p.queries, db, ids)
	if err != nil {
		return nil, err
	}
	return toChanges(rows, items, payments), nil
}

// orderColumns is what a change says, in the types of order_list_view. What it does not say is NULL, 0 or "".
//
//stagecraft:add
type orderColumns struct {
	OrderID      string
	BuyerID      pgtype.UUID
	Currency     pgtype.Text
	TotalMinor   pgtype.Int8
	Items        []byte
	CreatedAt    pgtype.Timestamptz
	Status       int16
	Version      int64
	UpdatedAt    pgtype.Timestamptz
	CancelCode   string
	CancelReason string
	Payment      int16
}

// toProjectOrder returns the columns of a change.
func toProjectOrder(change query.OrderChange) (orderColumns, error) {
	columns := orderColumns{
		OrderID: change.OrderID, Status: int16(change.Status), Version: change.Version, UpdatedAt: timestamp(change.At),
		CancelCode: change.CancelCode, CancelReason: change.CancelReason, Payment: int16(change.Payment),
	}
	created := change.Created
	if created == nil {
		return columns, nil
	}
	buyer, err := uuid.Parse(created.BuyerID)
	if err != nil {
		return columns, fmt.Errorf("buyer of order %s: %w", change.OrderID, err)
	}
	if columns.Items, err = json.Marshal(created.Items); err != nil {
		return columns, fmt.Errorf("items of order %s: %w", change.OrderID, err)
	}
	columns.BuyerID = pgtype.UUID{Bytes: buyer, Valid: true}
	columns.Currency = pgtype.Text{String: created.Currency, Valid: true}
	columns.TotalMinor = pgtype.Int8{Int64: created.TotalMinor, Valid: true}
	columns.CreatedAt = timestamp(created.At)
	return columns, nil
}
