package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// Projection writes the read model of lists.
type Projection struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewProjection returns a Projection on the pool.
func NewProjection(pool *pgxpool.Pool) *Projection {
	return &Projection{pool: pool, queries: gen.New()}
}

// ProjectOrder applies a change to the generation that is shown and to the one that is being built.
func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	params, err := toProjectOrder(change)
	if err != nil {
		return err
	}
	if err := p.queries.ProjectOrder(ctx, p.db(ctx), params); err != nil {
		return fmt.Errorf("project order %s: %w", change.OrderID, err)
	}
	return nil
}

// ProjectProductName stores the name of a product, unless a later one is known.
func (p *Projection) ProjectProductName(ctx context.Context, sku, name string, sequence int64) error {
	err := p.queries.ProjectProductName(ctx, p.db(ctx), gen.ProjectProductNameParams{Sku: sku, Name: name, Sequence: sequence})
	if err != nil {
		return fmt.Errorf("project name of product %q: %w", sku, err)
	}
	return nil
}

// NamelessSKUs returns those of the SKUs whose product has no name yet.
func (p *Projection) NamelessSKUs(ctx context.Context, skus []string) ([]string, error) {
	nameless, err := p.queries.ListNamelessSKUs(ctx, p.db(ctx), skus)
	if err != nil {
		return nil, fmt.Errorf("list products without a name: %w", err)
	}
	return nameless, nil
}

// Begin starts a new generation, which from now on gets all changes. One that was not finished is given up.
func (p *Projection) Begin(ctx context.Context) (generation int32, err error) {
	if generation, err = p.queries.BeginGeneration(ctx, p.db(ctx)); err != nil {
		return 0, fmt.Errorf("begin a generation: %w", err)
	}
	return generation, nil
}

// Copy adds the next size orders after this id to the generation. It returns them as changes, in the order of their ids.
func (p *Projection) Copy(ctx context.Context, generation int32, after string, size int32) ([]query.OrderChange, error) {
	db := p.db(ctx)
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
	changes := toChanges(rows, items, payments)
	batch := &pgx.Batch{}
	for _, change := range changes {
		params, err := toProjectOrder(change)
		if err != nil {
			return nil, err
		}
		batch.Queue(gen.ProjectOrder, params.OrderID, params.BuyerID, params.Currency, params.TotalMinor, params.Items, params.CreatedAt,
			params.Status, params.Version, params.UpdatedAt, params.CancelCode, params.CancelReason, params.Payment, generation)
	}
	if err := db.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("write orders after %s: %w", after, err)
	}
	return changes, nil
}

// Activate makes lists show the generation. It is false when another rebuild has taken its place.
func (p *Projection) Activate(ctx context.Context, generation int32) (bool, error) {
	n, err := p.queries.ActivateGeneration(ctx, p.db(ctx), generation)
	if err != nil {
		return false, fmt.Errorf("activate generation %d: %w", generation, err)
	}
	return n == 1, nil
}

// DeleteOld deletes at most limit rows of generations that are neither shown nor built.
func (p *Projection) DeleteOld(ctx context.Context, limit int32) (int64, error) {
	n, err := p.queries.DeleteOldGenerations(ctx, p.db(ctx), limit)
	if err != nil {
		return 0, fmt.Errorf("delete old generations: %w", err)
	}
	return n, nil
}

func (p *Projection) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, p.pool) }

// toProjectOrder leaves out what the change does not say. The target is every generation that gets changes.
func toProjectOrder(change query.OrderChange) (gen.ProjectOrderParams, error) {
	params := gen.ProjectOrderParams{
		OrderID: change.OrderID, Status: int16(change.Status), Version: change.Version, UpdatedAt: timestamp(change.At),
		CancelCode: change.CancelCode, CancelReason: change.CancelReason, Payment: int16(change.Payment),
	}
	created := change.Created
	if created == nil {
		return params, nil
	}
	buyer, err := uuid.Parse(created.BuyerID)
	if err != nil {
		return params, fmt.Errorf("buyer of order %s: %w", change.OrderID, err)
	}
	if params.Items, err = json.Marshal(created.Items); err != nil {
		return params, fmt.Errorf("items of order %s: %w", change.OrderID, err)
	}
	params.BuyerID = pgtype.UUID{Bytes: buyer, Valid: true}
	params.Currency = pgtype.Text{String: created.Currency, Valid: true}
	params.TotalMinor = pgtype.Int8{Int64: created.TotalMinor, Valid: true}
	params.CreatedAt = timestamp(created.At)
	return params, nil
}

func timestamp(t time.Time) pgtype.Timestamptz {
	// PostgreSQL rounds to microseconds, the domain's times are cut off.
	return pgtype.Timestamptz{Time: t.Truncate(time.Microsecond), Valid: !t.IsZero()}
}
