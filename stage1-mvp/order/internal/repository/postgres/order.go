package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

// OrderRepository implements domain.OrderRepository.
type OrderRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewOrderRepository returns a repository on the pool.
func NewOrderRepository(pool *pgxpool.Pool) *OrderRepository {
	return &OrderRepository{pool: pool, queries: gen.New()}
}

// Create stores the order and its items. Call it in a transaction, otherwise a crash could leave an order without items.
func (r *OrderRepository) Create(ctx context.Context, o *domain.Order) error {
	db := r.db(ctx)
	if err := r.queries.InsertOrder(ctx, db, toInsertOrder(o)); err != nil {
		return fmt.Errorf("insert order %s: %w", o.ID(), err)
	}
	if err := r.queries.InsertOrderItems(ctx, db, toInsertItems(o)); err != nil {
		return fmt.Errorf("insert items of order %s: %w", o.ID(), err)
	}
	return nil
}

// Get returns the order, or domain.ErrOrderNotFound.
func (r *OrderRepository) Get(ctx context.Context, id string) (*domain.Order, error) {
	rows, err := r.queries.GetOrderWithItems(ctx, r.db(ctx), id)
	if err != nil {
		return nil, fmt.Errorf("get order %s: %w", id, err)
	}
	if len(rows) == 0 {
		return nil, domain.ErrOrderNotFound
	}
	items := make([]gen.OrderItem, len(rows))
	for i, row := range rows {
		items[i] = row.OrderItem
	}
	order, err := toOrder(rows[0].Order, items)
	if err != nil {
		return nil, fmt.Errorf("read order %s: %w", id, err)
	}
	return order, nil
}

// GetAll returns those of the orders that exist. It takes two queries, however many orders there are.
func (r *OrderRepository) GetAll(ctx context.Context, ids []string) ([]*domain.Order, error) {
	db := r.db(ctx)
	rows, err := r.queries.GetOrders(ctx, db, ids)
	if err != nil {
		return nil, fmt.Errorf("get %d orders: %w", len(ids), err)
	}
	return r.withItems(ctx, db, rows)
}

// Update stores status and reason of the order. A row that somebody else changed is postgres.ErrStale, one that is gone
// domain.ErrOrderNotFound.
func (r *OrderRepository) Update(ctx context.Context, o *domain.Order) error {
	db := r.db(ctx)
	updated, err := r.queries.UpdateOrder(ctx, db, toUpdateOrder(o))
	if err != nil {
		return fmt.Errorf("update order %s: %w", o.ID(), err)
	}
	if updated == 1 {
		return nil
	}
	exists, err := r.queries.OrderExists(ctx, db, o.ID())
	switch {
	case err != nil:
		return fmt.Errorf("update order %s: %w", o.ID(), err)
	case !exists:
		return domain.ErrOrderNotFound
	default:
		return fmt.Errorf("update order %s at version %d: %w", o.ID(), o.Version(), postgres.ErrStale)
	}
}

// ListByBuyer returns orders newest first. The first page and the later ones are two queries, so that each reads one range of the index.
func (r *OrderRepository) ListByBuyer(ctx context.Context, buyerID string, after *domain.Place, limit int) ([]*domain.Order, error) {
	db := r.db(ctx)
	var (
		rows []gen.Order
		err  error
	)
	if after == nil {
		rows, err = r.queries.ListOrdersFirst(ctx, db, gen.ListOrdersFirstParams{BuyerID: buyerID, Limit: int32(limit)})
	} else {
		rows, err = r.queries.ListOrdersAfter(ctx, db, gen.ListOrdersAfterParams{
			BuyerID: buyerID, CreatedAt: after.CreatedAt, ID: after.ID, MaxRows: int32(limit),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	return r.withItems(ctx, db, rows)
}

// withItems loads the items of all rows with one query.
func (r *OrderRepository) withItems(ctx context.Context, db postgres.DBTX, rows []gen.Order) ([]*domain.Order, error) {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	items, err := r.queries.ListItems(ctx, db, ids)
	if err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	return toOrders(rows, items)
}

func (r *OrderRepository) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, r.pool) }
