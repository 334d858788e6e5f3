package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/domain"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
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

// Get returns the order, or domain.ErrOrderNotFound.
func (r *OrderRepository) Get(ctx context.Context, id string) (*domain.Order, error) {
	return getOrder(ctx, r.queries, postgres.GetDBTX(ctx, r.pool), id)
}

// Save stores a new order, or what changed since it was loaded. A row that has changed in between is postgres.ErrStale, one that is gone
// domain.ErrOrderNotFound. It takes one round trip.
func (r *OrderRepository) Save(ctx context.Context, o *domain.Order) error {
	db := postgres.GetDBTX(ctx, r.pool)
	batch := &pgx.Batch{}
	queueOrder(batch, o)
	err := db.SendBatch(ctx, batch).Close()
	if errors.Is(err, postgres.ErrStale) {
		if exists, lookupErr := r.queries.OrderExists(ctx, db, o.ID()); lookupErr == nil && !exists {
			return domain.ErrOrderNotFound
		}
	}
	if err != nil {
		return fmt.Errorf("save order %s: %w", o.ID(), err)
	}
	return nil
}

// queueOrder queues the statements that store what the order's events changed. All of a new order's versions are events that are not
// stored yet.
func queueOrder(batch *pgx.Batch, o *domain.Order) {
	changes := int64(len(o.Events()))
	switch changes {
	case 0:
	case o.Version():
		items := toInsertItems(o)
		batch.Queue(gen.InsertOrder, o.ID(), o.BuyerID(), int16(o.Status()), o.Total().Currency(), o.Total().MinorUnits(),
			string(o.CancelCode()), o.CancelReason(), o.Version(), o.CreatedAt(), o.UpdatedAt())
		batch.Queue(gen.InsertOrderItems, items.OrderID, items.Skus, items.Quantities, items.UnitPricesMinor)
	default:
		batch.Queue(gen.UpdateOrder, int16(o.Status()), string(o.CancelCode()), o.CancelReason(), o.UpdatedAt(), o.Version(), o.ID(),
			o.Version()-changes).Exec(oneRow(postgres.ErrStale))
	}
}

// oneRow returns missing if a statement of a batch changed no row.
func oneRow(missing error) func(pgconn.CommandTag) error {
	return func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() == 0 {
			return missing
		}
		return nil
	}
}

func getOrder(ctx context.Context, queries *gen.Queries, db postgres.DBTX, id string) (*domain.Order, error) {
	rows, err := queries.GetOrderWithItems(ctx, db, id)
	if err != nil {
		return nil, fmt.Errorf("get order %s: %w", id, err)
	}
	if len(rows) == 0 {
		return nil, domain.ErrOrderNotFound
	}
	order, err := toOrder(rows)
	if err != nil {
		return nil, fmt.Errorf("read order %s: %w", id, err)
	}
	return order, nil
}
