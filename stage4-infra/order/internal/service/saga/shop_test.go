package saga_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/consumer"
	"shop/order/internal/domain"
	"shop/order/internal/metrics"
	"shop/order/internal/publisher"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/crashtest"
	"shop/platform/idempotencystore"
	"shop/platform/messaging"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

const longTime = time.Hour

// process is one running order service on the shared database and broker.
type process struct {
	create  *usecase.CreateOrder
	cancel  *usecase.CancelOrder
	ship    *usecase.ShipOrder
	replies *consumer.Replies
	timeOut *usecase.TimeOutSagas
	resume  *usecase.ResumeSaga

	registry *prometheus.Registry
}

func start(pool *pgxpool.Pool, b *broker, m *crashtest.Process, staleAfter time.Duration) process {
	tx := m.Tx(postgres.NewTxManager(pool))
	orders, sagas := repository.NewOrderRepository(pool), repository.NewSagaRepository(pool)
	registry := prometheus.NewRegistry()
	counts := metrics.New(registry)
	events, reporter := publisher.New(publisher.Config{EventVersion: 2}, b, counts), publisher.NewSagas(counts, clock.System)
	engine := saga.NewEngine(sagas, events, reporter, saga.NewSteps(publisher.NewCommands(b)), clock.System)
	requests := usecase.NewSagaRequests(tx, idempotencystore.New(pool), unwritten{})
	timeouts := usecase.TimeoutConfig{StaleAfter: staleAfter, QueryTimeout: 5 * time.Second, Batch: 100}
	return process{
		create:  usecase.NewCreateOrder(requests, engine, catalogue{}, clock.System),
		cancel:  usecase.NewCancelOrder(requests, engine, sagas, orders, clock.System),
		ship:    usecase.NewShipOrder(requests, engine, orders, clock.System),
		replies: consumer.NewReplies(usecase.NewApplyReply(tx, engine, sagas)),
		timeOut: usecase.NewTimeOutSagas(timeouts, tx, engine, sagas, counts),
		resume:  usecase.NewResumeSaga(tx, engine, sagas),

		registry: registry,
	}
}

// shop is an order service that restarts when it dies, between a broker and the other services.
type shop struct {
	process
	t        *testing.T
	pool     *pgxpool.Pool
	broker   *broker
	services *services
}

func newPool(t *testing.T) *pgxpool.Pool { return postgrestest.New(t, db.Migrations) }

func newShop(t *testing.T, pool *pgxpool.Pool, services *services, m *crashtest.Process) *shop {
	b := &broker{}
	return &shop{process: start(pool, b, m, longTime), t: t, pool: pool, broker: b, services: services}
}

// restart replaces a process that has died.
func (s *shop) restart() { s.process = start(s.pool, s.broker, &crashtest.Process{}, longTime) }

// deliver hands a message to its consumer. A message whose handling fails is delivered again later.
func (s *shop) deliver(m messaging.Message) {
	s.t.Helper()
	if m.Type != "order.saga.reply" {
		s.broker.publish(s.services.handle(s.t, m))
		return
	}
	err := s.replies.Handle(s.t.Context(), m)
	if errors.Is(err, crashtest.ErrDead) {
		s.broker.publish(m)
		s.restart()
		return
	}
	require.NoError(s.t, err)
}

// deliverAll delivers messages in the order in which they were sent, until none is left.
func (s *shop) deliverAll() {
	s.t.Helper()
	for s.broker.size() > 0 {
		s.deliver(s.broker.take(0))
	}
}

// untilAccepted repeats a request until the process survives it.
func (s *shop) untilAccepted(request func(p process) error) error {
	err := request(s.process)
	if errors.Is(err, crashtest.ErrDead) {
		s.restart()
		err = request(s.process)
	}
	return err
}

func (s *shop) place(in dto.CreateOrder) (order dto.OrderAnswer) {
	s.t.Helper()
	require.NoError(s.t, s.untilAccepted(func(p process) (err error) {
		order, err = p.create.Execute(s.t.Context(), in)
		return err
	}))
	return order
}

// buy returns a request to cancel an order that is paid.
func (s *shop) buy() dto.CancelOrder {
	s.t.Helper()
	order := s.place(request()).Order
	s.deliverAll()
	require.Equal(s.t, domain.StatusPaid, s.status(order.ID))
	return cancelling(order.BuyerID, order.ID)
}

func (s *shop) status(orderID string) domain.OrderStatus {
	s.t.Helper()
	order, err := repository.NewOrderRepository(s.pool).Get(s.t.Context(), orderID)
	require.NoError(s.t, err)
	return order.Status()
}

// sagas returns type and status of each saga of the order.
func (s *shop) sagas(orderID string) map[string]string {
	s.t.Helper()
	rows, err := s.pool.Query(s.t.Context(), `SELECT saga_type, status FROM saga_executions WHERE aggregate_id = $1`, orderID)
	require.NoError(s.t, err)
	sagas := make(map[string]string)
	var sagaType, status string
	_, err = pgx.ForEachRow(rows, []any{&sagaType, &status}, func() error {
		sagas[sagaType] = status
		return nil
	})
	require.NoError(s.t, err)
	return sagas
}

// timeOutNow lets the timeout monitor find every saga stale.
func (s *shop) timeOutNow() {
	s.t.Helper()
	_, err := start(s.pool, s.broker, &crashtest.Process{}, 0).timeOut.Execute(s.t.Context())
	require.NoError(s.t, err)
}

// requireEnd fails unless the order has ended, with exactly the effects of its status.
func (s *shop) requireEnd(orderID, at string) domain.OrderStatus {
	s.t.Helper()
	status := s.status(orderID)
	want, shipped := 1, 0
	switch status {
	case domain.StatusCancelled:
		want = 0
	case domain.StatusShipped:
		shipped = 1
	default:
		require.Equal(s.t, domain.StatusPaid, status, at)
	}
	require.Equal(s.t, want, s.services.stock(orderID), "stock of an order that is %s: %s", status, at)
	require.Equal(s.t, want, s.services.money(orderID), "money of an order that is %s: %s", status, at)
	require.Equal(s.t, shipped, s.services.shipped(orderID), "shipments of an order that is %s: %s", status, at)
	for sagaType, status := range s.sagas(orderID) {
		require.Contains(s.t, []string{"COMPLETED", "COMPENSATED"}, status, "%s: %s", sagaType, at)
	}
	return status
}

// catalogue sells everything for 5 euros.
type catalogue struct{}

func (catalogue) Forget(context.Context, ...string) error { return nil }

func (catalogue) Products(_ context.Context, skus []string) ([]usecase.Product, error) {
	price, err := domain.NewMoney(500, "EUR")
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		products[i] = usecase.Product{SKU: sku, UnitPrice: price}
	}
	return products, err
}

// metric returns the value of one series; labels come in pairs.
func (p process) metric(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	families, err := p.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, series := range family.GetMetric() {
			var has []string
			for _, label := range series.GetLabel() {
				has = append(has, label.GetName(), label.GetValue())
			}
			if family.GetName() == name && lo.Every(has, labels) {
				return series.GetCounter().GetValue() + series.GetGauge().GetValue()
			}
		}
	}
	require.Fail(t, "no such series", "%s %v", name, labels)
	return 0
}

func request() dto.CreateOrder {
	return dto.CreateOrder{
		BuyerID: uuid.NewString(), IdempotencyKey: uuid.NewString(), Items: []dto.NewItem{{SKU: "tea", Quantity: 2}},
	}
}

func cancelling(buyerID, orderID string) dto.CancelOrder {
	return dto.CancelOrder{Caller: dto.Caller{UserID: buyerID}, ID: orderID, IdempotencyKey: uuid.NewString()}
}

type unwritten struct{}

func (unwritten) Mark(context.Context, string)          {}
func (unwritten) Recently(context.Context, string) bool { return false }
