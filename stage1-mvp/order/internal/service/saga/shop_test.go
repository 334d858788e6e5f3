package saga_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"shop/order/db"
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
	"shop/platform/paralleltest"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// process is one running order service on the shared database.
type process struct {
	create *usecase.CreateOrder
	cancel *usecase.CancelOrder
	ship   *usecase.ShipOrder
	scan   *usecase.ScanStaleSagas
	get    *usecase.GetOrder

	background *saga.Background
	registry   *prometheus.Registry
}

func newPool(t *testing.T) *pgxpool.Pool { return postgrestest.New(t, db.Migrations) }

func start(pool *pgxpool.Pool, services *downstream, m *crashtest.Process, staleAfter time.Duration) process {
	tx := m.Tx(postgres.NewTxManager(pool))
	orders, sagas := repository.NewOrderRepository(pool), repository.NewSagaRepository(pool)
	requests := idempotencystore.New(pool)
	steps := crashingSteps(m, saga.PurchaseSteps(fakeInventory{services}, fakeWallet{services}))
	forwardSteps := crashingForwardSteps(m, saga.ForwardSteps(fakeInventory{services}, fakeWallet{services}))
	registry := prometheus.NewRegistry()
	counts := metrics.New(registry)
	events := publisher.New(counts)
	cfg := saga.Config{
		Timeout: 10 * time.Second, StepTimeout: time.Second, CompensationTimeout: 5 * time.Second, RecordTimeout: 5 * time.Second,
		RetryBackoff: time.Millisecond, RetryBackoffMax: time.Millisecond,
	}
	if m.DiesAt > 0 {
		cfg.CompensationTimeout = time.Millisecond // a dead process need not try again
	}
	recorder := saga.NewRecorder(cfg, tx, sagas, events, counts)
	driver := saga.NewDriver(
		saga.NewEngine(recorder, cfg, usecase.NewAnswers(), steps, clock.System),
		saga.NewForward(recorder, cfg, usecase.NewAnswers(), forwardSteps),
	)
	background := saga.NewBackground(driver)
	answers := usecase.AnswerConfig{Margin: 300 * time.Millisecond, Poll: 5 * time.Millisecond, PollMax: 20 * time.Millisecond}
	accepting := usecase.NewSagaRequests(answers, tx, requests, sagas, background, events)
	scan := usecase.ScanConfig{
		StaleAfter: staleAfter, Timeout: 10 * time.Second, QueryTimeout: 5 * time.Second, Batch: 10, Workers: 4,
	}
	return process{
		create: usecase.NewCreateOrder(accepting, catalogue{}, clock.System),
		cancel: usecase.NewCancelOrder(accepting, orders, clock.System),
		ship:   usecase.NewShipOrder(accepting, orders, clock.System),
		scan:   usecase.NewScanStaleSagas(scan, tx, sagas, driver, counts),
		get:    usecase.NewGetOrder(repository.NewQueryService(pool)),

		background: background,
		registry:   registry,
	}
}

// catalogue sells everything for 5 euros.
type catalogue struct{}

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

// settleAll scans until no saga is unsettled.
func settleAll(t *testing.T, pool *pgxpool.Pool, p process) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := p.scan.Execute(t.Context())
		require.NoError(t, err)
		return unsettled(t, pool) == 0
	}, 10*time.Second, 5*time.Millisecond, "sagas stay unsettled although everything works")
}

// scanTogether makes all sagas stale and lets four scanners work on them at the same time. It returns how many sagas they settled.
func scanTogether(t *testing.T, pool *pgxpool.Pool, services *downstream) (settled int) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `UPDATE saga_executions SET updated_at = updated_at - interval '1 day'`)
	require.NoError(t, err)
	counts := make([]int, 4)
	for _, problem := range paralleltest.Together(len(counts), func(i int) (err error) {
		counts[i], err = start(pool, services, &crashtest.Process{}, longTime).scan.Execute(t.Context())
		return err
	}) {
		require.NoError(t, problem)
	}
	return lo.Sum(counts)
}

func unsettled(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	const query = `SELECT count(*) FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING')`
	require.NoError(t, pool.QueryRow(t.Context(), query).Scan(&n))
	return n
}

func storedStatuses(t *testing.T, pool *pgxpool.Pool, buyerID string) (statuses []domain.OrderStatus) {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT status FROM orders WHERE buyer_id = $1`, buyerID)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var status domain.OrderStatus
		require.NoError(t, rows.Scan(&status))
		statuses = append(statuses, status)
	}
	require.NoError(t, rows.Err())
	return statuses
}

func withDeadline(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
