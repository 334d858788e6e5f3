package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// ProjectOrder applies a change to the generation that is shown and to the one that is being built.
func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	// TODO: write the row of the order, so that any order and any number of changes lead to the same row.
	return nil
}

// ProjectProductName stores the name of a product, unless a later one is known.
func (p *Projection) ProjectProductName(ctx context.Context, sku, name string, sequence int64) error {
	// TODO: write product_names.
	return nil
}

// Begin starts a new generation, which from now on gets all changes. One that was not finished is given up.
func (p *Projection) Begin(ctx context.Context) (generation int32, err error) {
	// TODO: change order_list_state.
	return 0, nil
}

// Copy adds the next size orders after this id to the generation. It returns them as changes, in the order of their ids.
func (p *Projection) Copy(ctx context.Context, generation int32, after string, size int32) ([]query.OrderChange, error) {
	db := p.db(ctx)
	changes, err := p.changesAfter(ctx, db, after, size)
	if err != nil {
		return nil, err
	}
	// TODO: write them to the generation.
	return changes, nil
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

// Activate makes lists show the generation. It is false when another rebuild has taken its place.
func (p *Projection) Activate(ctx context.Context, generation int32) (bool, error) {
	// TODO: change order_list_state.
	return false, nil
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
