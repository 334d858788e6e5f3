package usecase_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/domain"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/idempotencystore"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// shop has the use cases on a database of its own. No service replies to the commands of sagas: those have tests of their own.
type shop struct {
	t        *testing.T
	pool     *pgxpool.Pool
	orders   orders
	sagas    *repository.SagaRepository
	events   *events
	commands *commands

	catalogue *catalogue

	create *usecase.CreateOrder
	cancel *usecase.CancelOrder
	ship   *usecase.ShipOrder
}

func newShop(t *testing.T) *shop {
	pool := postgrestest.New(t, db.Migrations)
	s := &shop{
		t: t, pool: pool, orders: ordersOn(pool), sagas: repository.NewSagaRepository(pool), events: &events{}, commands: &commands{},
		catalogue: &catalogue{prices: map[string]int64{"tea": 500}},
	}
	engine := saga.NewEngine(s.sagas, s.events, ignored{}, saga.NewSteps(s.commands), clock.System)
	requests := usecase.NewSagaRequests(postgres.NewTxManager(pool), idempotencystore.New(pool), unwritten{})
	s.create = usecase.NewCreateOrder(requests, engine, s.catalogue, clock.System)
	s.cancel = usecase.NewCancelOrder(requests, engine, s.sagas, s.orders, clock.System)
	s.ship = usecase.NewShipOrder(requests, engine, s.orders, clock.System)
	return s
}

var answering = usecase.AnswerConfig{Margin: 300 * time.Millisecond}

// commands remembers which commands were sent, also by several sagas at once.
type commands struct {
	mu   sync.Mutex
	sent []string
}

func (c *commands) send(ctx context.Context, command string) error {
	postgres.AfterCommit(ctx, func(context.Context) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sent = append(c.sent, command)
	})
	return nil
}

func (c *commands) Reserve(ctx context.Context, _, _ string, _ *domain.Order) error {
	return c.send(ctx, "reserve")
}
func (c *commands) Release(ctx context.Context, _, _ string, _ *domain.Order) error {
	return c.send(ctx, "release")
}
func (c *commands) Ship(ctx context.Context, _, _ string, _ *domain.Order) error {
	return c.send(ctx, "ship")
}
func (c *commands) Deduct(ctx context.Context, _, _ string, _ *domain.Order) error {
	return c.send(ctx, "deduct")
}
func (c *commands) Refund(ctx context.Context, _, _ string, _ *domain.Order) error {
	return c.send(ctx, "refund")
}

type ignored struct{}

func (ignored) SagaBegun(context.Context, *saga.Saga)   {}
func (ignored) SagaSettled(context.Context, *saga.Saga) {}

// unwritten has never seen a write.
type unwritten struct{}

func (unwritten) Mark(context.Context, string)          {}
func (unwritten) Recently(context.Context, string) bool { return false }

// catalogue has copies of the prices of a few products, in euro cents; current are those that have changed since.
type catalogue struct {
	prices  map[string]int64
	current map[string]int64
	down    error
}

func (c *catalogue) Products(_ context.Context, skus []string) ([]usecase.Product, error) {
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		price, ok := c.prices[sku]
		if !ok {
			return nil, errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "there is no product %q", sku)
		}
		unitPrice, err := domain.NewMoney(price, "EUR")
		if err != nil {
			return nil, err
		}
		products[i] = usecase.Product{SKU: sku, UnitPrice: unitPrice}
	}
	return products, c.down
}

// Forget replaces the copies of prices by the current ones.
func (c *catalogue) Forget(_ context.Context, skus ...string) error {
	for _, sku := range skus {
		if price, changed := c.current[sku]; changed {
			c.prices[sku] = price
		}
	}
	return c.down
}

// events remembers what was published, also by several at once: the orders of a batch are cancelled in parallel.
type events struct {
	mu    sync.Mutex
	types []string
}

func (e *events) Publish(ctx context.Context, published ...domain.Event) error {
	postgres.AfterCommit(ctx, func(context.Context) {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, event := range published {
			e.types = append(e.types, event.EventType())
		}
	})
	return nil
}

func (s *shop) sagasOf(orderID string) (types []string) {
	rows, err := s.pool.Query(s.t.Context(), `SELECT saga_type FROM saga_executions WHERE aggregate_id = $1`, orderID)
	require.NoError(s.t, err)
	types, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s.t, err)
	return types
}

func (s *shop) get(id string) *domain.Order {
	order, err := s.orders.Get(s.t.Context(), id)
	require.NoError(s.t, err)
	return order
}

func (s *shop) change(id string, change func(o *domain.Order) error) *domain.Order {
	order := s.get(id)
	require.NoError(s.t, change(order))
	require.NoError(s.t, s.orders.Save(s.t.Context(), order))
	return s.get(id)
}

// order returns an order of a new buyer that has come so far.
func (s *shop) order(changes ...func(o *domain.Order) error) *domain.Order {
	order := bought(s.t, s.orders, uuid.NewString(), noon)
	for _, change := range changes {
		s.change(order.ID(), change)
	}
	return s.get(order.ID())
}

func confirmed(o *domain.Order) error { return o.Confirm(noon) }

func paid(o *domain.Order) error {
	if err := o.Confirm(noon); err != nil {
		return err
	}
	return o.MarkPaid(noon)
}

func shipped(o *domain.Order) error { return o.Ship(noon) }

func outOfStock(o *domain.Order) error { return o.Cancel(domain.CancelOutOfStock, "no tea", noon) }

func cancelBy(buyer string, id string) dto.CancelOrder {
	return dto.CancelOrder{Caller: dto.Caller{UserID: buyer}, ID: id, IdempotencyKey: uuid.NewString()}
}
