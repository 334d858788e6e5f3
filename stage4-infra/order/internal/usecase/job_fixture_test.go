package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/domain"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/usecase"
	"shop/platform/job"
	"shop/platform/lock"
	"shop/platform/objectstore"
	"shop/platform/objectstoretest"
	"shop/platform/postgrestest"
	"shop/platform/redislock"
	"shop/platform/redistest"
	"shop/platform/worker"
)

// office is a service with jobs on real servers, shortly after midnight of 21 November.
type office struct {
	pool       *pgxpool.Pool
	orders     orders
	executions *repository.ExecutionRepository
	store      *objectstoretest.Server
	// name is that of the report: its own for each test, because all share one Redis.
	name     string
	report   job.Job
	runner   *job.Runner
	run      *usecase.RunJob
	backfill *usecase.BackfillJob
	get      *usecase.GetJobExecution
	list     *usecase.ListJobExecutions
}

var shortlyAfterMidnight = time.Date(2026, 11, 21, 0, 5, 0, 0, time.UTC)

var jobConfig = job.Config{
	LockTTL: 10 * time.Second, Timeout: time.Minute, FinishTimeout: 5 * time.Second, RetryInterval: 10 * time.Millisecond, RetryLimit: 1000,
}

func newOffice(t *testing.T) *office {
	t.Helper()
	pool := postgrestest.New(t, db.Migrations)
	o := &office{
		pool: pool, orders: ordersOn(pool), executions: repository.NewExecutionRepository(pool),
		store: objectstoretest.New(t), name: "report-" + uuid.NewString(),
	}
	store, err := objectstore.New(o.store.Config())
	require.NoError(t, err)
	o.report = usecase.NewSalesReport(
		usecase.SalesReportConfig{Grace: time.Minute, TopSKUs: 10}, o.orders, store,
	).Job()
	o.report.Name = o.name
	o.runner = o.replica(t)
	jobs := usecase.NewJobs(o.runner, midnightClock, o.report)
	o.run = usecase.NewRunJob(usecase.RunJobConfig{AnswerAfter: 10 * time.Second}, jobs)
	o.backfill = usecase.NewBackfillJob(answering, jobs)
	o.get = usecase.NewGetJobExecution(jobs, o.executions)
	o.list = usecase.NewListJobExecutions(jobs, o.executions)
	return o
}

func midnightClock() time.Time { return shortlyAfterMidnight }

// replica returns what runs jobs in one more process of the service.
func (o *office) replica(t *testing.T) *job.Runner {
	t.Helper()
	runner := job.NewRunner(jobConfig, newLocker(redistest.New(t), o.pool), o.executions, worker.NewMetrics(prometheus.NewRegistry()))
	stopAfter(t, runner)
	return runner
}

// stopAfter uses a context of its own: the one of the test is over when the cleanup runs.
func stopAfter(t *testing.T, stopper interface{ Stop(context.Context) error }) {
	t.Helper()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, stopper.Stop(ctx))
	})
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
		require.NoError(t, o.orders.Save(t.Context(), stored))
	}
}

func newLocker(client *redis.Client, pool *pgxpool.Pool) lock.Locker {
	return redislock.New(client, redislock.Config{Expiry: jobConfig.LockTTL, UnlockTimeout: jobConfig.FinishTimeout},
		repository.NewFenceRepository(pool))
}
