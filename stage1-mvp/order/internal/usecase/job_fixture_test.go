package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/db"
	"stagecraft/stage1-mvp/order/internal/domain"
	repository "stagecraft/stage1-mvp/order/internal/repository/postgres"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/job"
	"stagecraft/stage1-mvp/platform/objectstore"
	"stagecraft/stage1-mvp/platform/objectstoretest"
	"stagecraft/stage1-mvp/platform/postgrestest"
	"stagecraft/stage1-mvp/platform/redistest"
)

// office is a service with jobs on real servers, shortly after midnight of 21 November.
type office struct {
	pool       *pgxpool.Pool
	orders     *repository.OrderRepository
	executions *repository.ExecutionRepository
	store      *objectstoretest.Server
	// name is that of the report: its own for each test, because all share one Redis.
	name     string
	run      *usecase.RunJob
	backfill *usecase.BackfillJob
	list     *usecase.ListJobExecutions
}

var shortlyAfterMidnight = time.Date(2026, 11, 21, 0, 5, 0, 0, time.UTC)

func newOffice(t *testing.T) *office {
	t.Helper()
	pool := postgrestest.New(t, db.Migrations)
	o := &office{
		pool: pool, orders: repository.NewOrderRepository(pool), executions: repository.NewExecutionRepository(pool),
		store: objectstoretest.New(t), name: "report-" + uuid.NewString(),
	}
	store, err := objectstore.New(o.store.Config())
	require.NoError(t, err)
	cfg := job.Config{LockTTL: 10 * time.Second, Timeout: time.Minute}
	runner := job.NewRunner(cfg, job.NewLocker(redistest.New(t), cfg.LockTTL), o.executions, prometheus.NewRegistry())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, runner.Stop(ctx))
	})
	report := usecase.NewSalesReport(
		usecase.SalesReportConfig{Grace: time.Minute, TopSKUs: 10}, repository.NewSalesRepository(pool), store,
	).Job()
	report.Name = o.name
	jobs := usecase.NewJobs(runner, func() time.Time { return shortlyAfterMidnight }, report)
	o.run = usecase.NewRunJob(usecase.RunJobConfig{AnswerAfter: 10 * time.Second}, jobs)
	o.backfill = usecase.NewBackfillJob(jobs)
	o.list = usecase.NewListJobExecutions(jobs, o.executions)
	return o
}

// sells makes a paid order of one piece.
func (o *office) sells(t *testing.T, at time.Time) {
	t.Helper()
	order := bought(t, o.orders, uuid.NewString(), at)
	for _, next := range []func(*domain.Order) error{
		func(order *domain.Order) error { return order.Confirm(at) },
		func(order *domain.Order) error { return order.MarkPaid(at) },
	} {
		stored, err := o.orders.Get(t.Context(), order.ID())
		require.NoError(t, err)
		require.NoError(t, next(stored))
		require.NoError(t, o.orders.Update(t.Context(), stored))
	}
}
