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

	"stagecraft/stage1-mvp/order/db"
	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/metrics"
	repository "stagecraft/stage1-mvp/order/internal/repository/postgres"
	"stagecraft/stage1-mvp/order/internal/service/journal"
	"stagecraft/stage1-mvp/order/internal/service/saga"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/paralleltest"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

// process is one running order service on the shared database.
type process struct {
	create *usecase.CreateOrder
	cancel *usecase.CancelOrder
	scan   *usecase.ScanStaleSagas
	get    *usecase.GetOrder

	registry *prometheus.Registry
}

func newPool(t *testing.T) *pgxpool.Pool { return postgrestest.New(t, db.Migrations) }

func start(pool *pgxpool.Pool, services *downstream, m *crashtest.Process, staleAfter time.Duration) process {
	tx := m.Tx(postgres.NewTxManager(pool))
	orders, sagas := repository.NewOrderRepository(pool), repository.NewSagaRepository(pool)
	requests := idempotency.NewStore(pool)
	steps := mortalSteps(m, saga.PurchaseSteps(fakeInventory{services}, fakeWallet{services}))
	registry := prometheus.NewRegistry()
	counts := metrics.New(registry)
	told := journal.New(counts)
	cancelSteps := mortalCancelSteps(m, saga.CancelSteps(fakeInventory{services}, fakeWallet{services}))
	cfg := saga.Config{StepTimeout: time.Second, CompensationTimeout: 5 * time.Second}
	recorder, answers := saga.NewRecorder(tx, sagas, told), usecase.NewAnswers(requests, orders)
	engine := saga.NewEngine(recorder, cfg, orders, answers, steps, clock.System)
	cancellation := saga.NewCancellation(recorder, cfg, orders, answers, cancelSteps)
	recoverer := saga.NewRecoverer(engine, cancellation)
	return process{
		create: usecase.NewCreateOrder(tx, requests, orders, sagas, engine, told, clock.System),
		cancel: usecase.NewCancelOrder(tx, requests, orders, sagas, cancellation, told, clock.System),
		scan:   usecase.NewScanStaleSagas(usecase.ScanConfig{StaleAfter: staleAfter}, tx, sagas, recoverer, counts),
		get:    usecase.NewGetOrder(orders),

		registry: registry,
	}
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
		BuyerID: uuid.NewString(), IdempotencyKey: uuid.NewString(), Currency: "EUR",
		Items: []dto.Item{{SKU: "tea", Quantity: 2, UnitPrice: 500}},
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

// scanTogether makes all sagas stale and lets four scanners loose on them at once. It returns how many sagas they settled.
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
