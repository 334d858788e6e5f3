package postgres

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// ReadModel implements query.ReadModel. Until the first generation is complete it reads the orders themselves.
type ReadModel struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
	source  *QueryService
	// active is set once and never taken back: generations only take each other's place.
	active atomic.Bool
}

// NewReadModel returns a ReadModel on the pool.
func NewReadModel(pool *pgxpool.Pool) *ReadModel {
	return &ReadModel{pool: pool, queries: gen.New(), source: NewQueryService(pool)}
}

// OrdersOf returns orders newest first.
func (m *ReadModel) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	ready, err := m.ready(ctx)
	if err != nil {
		return nil, err
	}
	if !ready {
		return m.source.OrdersOf(ctx, buyerID, after, limit)
	}
	var rows []gen.OrderListView
	if after == nil {
		rows, err = m.queries.ListViewFirst(ctx, m.db(ctx), gen.ListViewFirstParams{BuyerID: buyerID, MaxRows: int32(limit)})
	} else {
		rows, err = m.queries.ListViewAfter(ctx, m.db(ctx), gen.ListViewAfterParams{
			BuyerID: buyerID, CreatedAt: after.CreatedAt, ID: after.ID, MaxRows: int32(limit),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	return m.named(ctx, rows)
}

// AllOrders returns one page of the orders of all buyers.
func (m *ReadModel) AllOrders(ctx context.Context, page query.Page) ([]query.Order, error) {
	ready, err := m.ready(ctx)
	if err != nil {
		return nil, err
	}
	if !ready {
		return m.source.AllOrders(ctx, page)
	}
	rows, err := m.listSorted(ctx, page)
	if err != nil {
		return nil, fmt.Errorf("list all orders: %w", err)
	}
	return m.named(ctx, rows)
}

// listSorted chooses among prepared queries: no part of a request ever becomes SQL.
func (m *ReadModel) listSorted(ctx context.Context, page query.Page) ([]gen.OrderListView, error) {
	db := m.db(ctx)
	params := gen.ListAllViewByCreatedAtDescParams{
		Statuses: statuses(page.Status), Skipped: int32(page.Offset), MaxRows: int32(page.Limit),
	}
	switch page.Sort {
	case query.SortCreatedAtAsc:
		return m.queries.ListAllViewByCreatedAtAsc(ctx, db, gen.ListAllViewByCreatedAtAscParams(params))
	case query.SortTotalDesc:
		return m.queries.ListAllViewByTotalDesc(ctx, db, gen.ListAllViewByTotalDescParams(params))
	case query.SortTotalAsc:
		return m.queries.ListAllViewByTotalAsc(ctx, db, gen.ListAllViewByTotalAscParams(params))
	default:
		return m.queries.ListAllViewByCreatedAtDesc(ctx, db, params)
	}
}

// CountOrders returns how many orders are in this status, or in any if it is domain.StatusUnspecified.
func (m *ReadModel) CountOrders(ctx context.Context, status domain.OrderStatus) (int64, error) {
	ready, err := m.ready(ctx)
	if err != nil {
		return 0, err
	}
	if !ready {
		return m.source.CountOrders(ctx, status)
	}
	n, err := m.queries.CountView(ctx, m.db(ctx), statuses(status))
	if err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return n, nil
}

func (m *ReadModel) ready(ctx context.Context) (bool, error) {
	if m.active.Load() {
		return true, nil
	}
	active, err := m.queries.HasActiveView(ctx, m.db(ctx))
	if err != nil {
		return false, fmt.Errorf("find the read model: %w", err)
	}
	if active {
		m.active.Store(true)
	}
	return active, nil
}

func (m *ReadModel) named(ctx context.Context, rows []gen.OrderListView) ([]query.Order, error) {
	orders, err := toListedOrders(rows)
	if err != nil {
		return nil, err
	}
	return orders, addNames(ctx, m.queries, m.db(ctx), orders)
}

func (m *ReadModel) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, m.pool) }
