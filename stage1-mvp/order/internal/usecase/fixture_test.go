package usecase_test

import (
	"context"
	"encoding/json"
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

// shop has the use cases on a database of its own. Each test says what sagas do: they have tests of their own.
type shop struct {
	t      *testing.T
	pool   *pgxpool.Pool
	orders orders
	sagas  *repository.SagaRepository
	events *events

	catalogue *catalogue
	runs      func(ctx context.Context, s *saga.Saga) error

	create *usecase.CreateOrder
	cancel *usecase.CancelOrder
	ship   *usecase.ShipOrder
}

func newShop(t *testing.T) *shop {
	pool := postgrestest.New(t, db.Migrations)
	s := &shop{
		t: t, pool: pool, orders: ordersOn(pool),
		sagas: repository.NewSagaRepository(pool), events: &events{}, catalogue: &catalogue{prices: map[string]int64{"tea": 500}},
	}
	requests := usecase.NewSagaRequests(answering, postgres.NewTxManager(pool), idempotencystore.New(pool), s.sagas,
		saga.NewBackground(runner{s}), s.events)
	s.create = usecase.NewCreateOrder(requests, s.catalogue, clock.System)
	s.cancel = usecase.NewCancelOrder(requests, s.orders, clock.System)
	s.ship = usecase.NewShipOrder(requests, s.orders, clock.System)
	return s
}

var answering = usecase.AnswerConfig{Margin: 300 * time.Millisecond, Poll: 5 * time.Millisecond, PollMax: 20 * time.Millisecond}

// runner drives sagas as the test says.
type runner struct{ *shop }

func (r runner) Run(ctx context.Context, s *saga.Saga) error { return r.runs(ctx, s) }

// catalogue has the prices of a few products, in euro cents.
type catalogue struct {
	prices map[string]int64
	down   error
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

// pays is a purchase that succeeds.
func (s *shop) pays(ctx context.Context, purchase *saga.Saga) error {
	return s.ends(ctx, purchase, paid)
}

// succeeds is a cancellation or shipment that succeeds.
func (s *shop) succeeds(ctx context.Context, forward *saga.Saga) error {
	answer, err := usecase.NewAnswers().Forward(forward.Order, saga.Failure{})
	require.NoError(s.t, err)
	return s.settle(ctx, forward, answer)
}

// ends settles a purchase whose order changes like this.
func (s *shop) ends(ctx context.Context, purchase *saga.Saga, change func(o *domain.Order) error) error {
	require.NoError(s.t, change(purchase.Order))
	answer, err := usecase.NewAnswers().Purchase(purchase.Order)
	require.NoError(s.t, err)
	return s.settle(ctx, purchase, answer)
}

func (s *shop) settle(ctx context.Context, settled *saga.Saga, answer json.RawMessage) error {
	settled.Settle(saga.Completed, answer)
	return s.sagas.Save(ctx, settled)
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
