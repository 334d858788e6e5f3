package usecase_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/db"
	"stagecraft/stage1-mvp/order/internal/domain"
	repository "stagecraft/stage1-mvp/order/internal/repository/postgres"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

// shop has the use cases on a database of its own. What sagas do is told by each test: they have tests of their own.
type shop struct {
	t        *testing.T
	pool     *pgxpool.Pool
	orders   *repository.OrderRepository
	sagas    *repository.SagaRepository
	requests *idempotency.Store
	answers  *usecase.Answers
	events   *events

	runs func(ctx context.Context, s *domain.Saga) error

	create *usecase.CreateOrder
	cancel *usecase.CancelOrder
}

func newShop(t *testing.T) *shop {
	pool := postgrestest.New(t, db.Migrations)
	s := &shop{
		t: t, pool: pool, orders: repository.NewOrderRepository(pool), sagas: repository.NewSagaRepository(pool),
		requests: idempotency.NewStore(pool), events: &events{},
	}
	s.answers = usecase.NewAnswers(s.requests, s.orders)
	tx := postgres.NewTxManager(pool)
	s.create = usecase.NewCreateOrder(tx, s.requests, s.orders, s.sagas, runner{s}, s.events, clock.System)
	s.cancel = usecase.NewCancelOrder(tx, s.requests, s.orders, s.sagas, runner{s}, s.events, clock.System)
	return s
}

// runner drives sagas as the test says.
type runner struct{ *shop }

func (r runner) Run(ctx context.Context, s *domain.Saga) error { return r.runs(ctx, s) }

// events remembers what was announced, also by several at once: the orders of a batch are cancelled in parallel.
type events struct {
	mu    sync.Mutex
	types []string
}

func (e *events) OrderChanged(_ context.Context, order *domain.Order) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, event := range order.Events() {
		e.types = append(e.types, event.EventType())
	}
}

// pays is a purchase that goes well.
func (s *shop) pays(ctx context.Context, saga *domain.Saga) error {
	order := s.change(saga.OrderID, paid)
	return s.answers.Settle(ctx, saga.Request, order)
}

// givesBack is a cancellation that goes well.
func (s *shop) givesBack(ctx context.Context, saga *domain.Saga) error {
	return s.answers.SettleCancellation(ctx, saga.Request, s.get(saga.OrderID), domain.Failure{})
}

func (s *shop) get(id string) *domain.Order {
	order, err := s.orders.Get(s.t.Context(), id)
	require.NoError(s.t, err)
	return order
}

func (s *shop) change(id string, change func(o *domain.Order) error) *domain.Order {
	order := s.get(id)
	require.NoError(s.t, change(order))
	require.NoError(s.t, s.orders.Update(s.t.Context(), order))
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
