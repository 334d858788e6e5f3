package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/domain"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/platform/errs"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// stores stores a saga with its order, as a use case does, and returns it as it was loaded.
func stores(t *testing.T, pool *pgxpool.Pool, newSaga func(*domain.Order) *saga.Saga) *saga.Saga {
	t.Helper()
	s := newSaga(newOrder(t, uuid.NewString(), noon))
	inTx(t, pool, func(ctx context.Context) error { return repository.NewSagaRepository(pool).Create(ctx, s) })
	s.Order.ClearEvents()
	return s
}

func inTx(t *testing.T, pool *pgxpool.Pool, fn func(ctx context.Context) error) {
	t.Helper()
	require.NoError(t, postgres.NewTxManager(pool).WithTx(t.Context(), fn))
}

func TestLock_OpenSaga_ReturnsItAsStored(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas := repository.NewSagaRepository(pool)
	s := stores(t, pool, saga.NewPurchase)

	got, err := sagas.Lock(t.Context(), s.Order.ID())

	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), got.StartedAt, time.Minute)
	s.StartedAt = got.StartedAt
	assert.Equal(t, s, got)
	_, err = sagas.Lock(t.Context(), uuid.NewString())
	assert.ErrorIs(t, err, saga.ErrNotFound)
}

// Two transactions that move one saga do so one after the other, and the second sees what the first has done.
func TestLock_HeldByAnotherTransaction_Waits(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas, s := repository.NewSagaRepository(pool), stores(t, pool, saga.NewPurchase)
	first, finish := make(chan struct{}), make(chan struct{})
	var second *saga.Saga
	var workers sync.WaitGroup
	workers.Go(func() {
		inTx(t, pool, func(ctx context.Context) error {
			locked, err := sagas.Lock(ctx, s.Order.ID())
			if err != nil {
				return err
			}
			close(first)
			<-finish
			locked.StartStep(saga.DeductBalance)
			return sagas.Save(ctx, locked)
		})
	})
	<-first
	_, err := sagas.LockStale(t.Context(), s.Order.ID(), 0)
	assert.ErrorIs(t, err, saga.ErrNotFound, "the monitor does not wait for a saga that is being moved")
	workers.Go(func() {
		inTx(t, pool, func(ctx context.Context) (err error) {
			second, err = sagas.Lock(ctx, s.Order.ID())
			return err
		})
	})
	require.Eventually(t, func() bool {
		var waiting int
		const query = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
		require.NoError(t, pool.QueryRow(t.Context(), query).Scan(&waiting))
		return waiting == 1
	}, 10*time.Second, 5*time.Millisecond, "the second transaction does not wait")
	close(finish)
	workers.Wait()

	assert.Equal(t, saga.DeductBalance, second.CurrentStep)
	assert.Equal(t, s.Version+1, second.Version)
}

func TestSave_SagaChangedSinceItWasLoaded_ChangesNothing(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas, orders := repository.NewSagaRepository(pool), repository.NewOrderRepository(pool)
	s := stores(t, pool, saga.NewPurchase)
	s.Version++ // as if it had been loaded without a lock
	s.EndStep(saga.ReserveInventory, saga.StepDone, "")
	require.NoError(t, s.Order.Confirm(noon))

	err := postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error { return sagas.Save(ctx, s) })

	require.Equal(t, errs.Aborted, errs.CodeOf(err))
	order, err := orders.Get(t.Context(), s.Order.ID())
	require.NoError(t, err)
	assert.Equal(t, domain.StatusPending, order.Status())
	var status string
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT steps->0->>'status' FROM saga_executions WHERE id = $1`, s.ID).Scan(&status))
	assert.Equal(t, "STARTED", status)
}

// The updates in the middle of a purchase touch no index (HOT), which is most of what they would cost.
func TestSave_BetweenSteps_ChangesNoIndex(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas, s := repository.NewSagaRepository(pool), stores(t, pool, saga.NewPurchase)
	s.EndStep(saga.ReserveInventory, saga.StepDone, "")
	s.StartStep(saga.DeductBalance)
	require.NoError(t, s.Order.Confirm(noon))
	require.NoError(t, sagas.Save(t.Context(), s))

	require.Eventually(t, func() bool {
		var updates, hot int64
		err := pool.QueryRow(t.Context(), `SELECT sum(n_tup_upd), sum(n_tup_hot_upd) FROM pg_stat_user_tables
			WHERE relname IN ('orders', 'saga_executions')`).Scan(&updates, &hot)
		require.NoError(t, err)
		return updates == 2 && hot == 2
	}, 10*time.Second, 50*time.Millisecond, "an update of each table, and each of them HOT")
}

// inEachStatus stores a saga in each status, and returns its order.
func inEachStatus(t *testing.T, pool *pgxpool.Pool) map[saga.Status]string {
	t.Helper()
	orders := make(map[saga.Status]string)
	for _, status := range []saga.Status{saga.Running, saga.Compensating, saga.Completed, saga.Compensated, saga.Failed} {
		s := stores(t, pool, saga.NewPurchase)
		s.Status = status
		s.EndStep(s.CurrentStep, saga.StepStarted, "why")
		require.NoError(t, repository.NewSagaRepository(pool).Save(t.Context(), s))
		orders[status] = s.Order.ID()
	}
	return orders
}

func TestListStale_OnlyUnsettledSagasThatWereNotStoredForLong(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas, orders := repository.NewSagaRepository(pool), inEachStatus(t, pool)

	fresh, err := sagas.ListStale(t.Context(), time.Hour, 10)
	require.NoError(t, err)
	assert.Empty(t, fresh)
	stale, err := sagas.ListStale(t.Context(), 0, 10)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{orders[saga.Running], orders[saga.Compensating]}, stale)
	for status, order := range orders {
		_, err := sagas.LockStale(t.Context(), order, 0)
		if status.IsSettled() {
			assert.ErrorIs(t, err, saga.ErrNotFound, status)
		} else {
			assert.NoError(t, err, status)
		}
		_, err = sagas.LockStale(t.Context(), order, time.Hour)
		assert.ErrorIs(t, err, saga.ErrNotFound, "%s, moved since it was listed", status)
	}
}

func TestListOpen_UnsettledAndFailed(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas, orders := repository.NewSagaRepository(pool), inEachStatus(t, pool)
	stores(t, pool, saga.NewCancellation)

	open, err := sagas.ListOpen(t.Context(), 10)
	require.NoError(t, err)
	counts, err := sagas.CountOpen(t.Context(), time.Hour)
	require.NoError(t, err)
	stuck, err := sagas.CountOpen(t.Context(), 0)
	require.NoError(t, err)

	require.Len(t, open, 4, "the oldest first")
	for i, status := range []saga.Status{saga.Running, saga.Compensating, saga.Failed} {
		assert.Equal(t, status, open[i].Status)
		assert.Equal(t, orders[status], open[i].OrderID)
		assert.Equal(t, "why", open[i].Error)
	}
	assert.ElementsMatch(t, []saga.Count{
		{Type: saga.CreateOrder, Status: saga.Running, N: 1}, {Type: saga.CreateOrder, Status: saga.Compensating, N: 1},
		{Type: saga.CreateOrder, Status: saga.Failed, N: 1}, {Type: saga.CancelOrder, Status: saga.Running, N: 1},
	}, counts)
	for _, count := range stuck {
		assert.Equal(t, count.N, count.Stuck, "all are older than no time at all")
	}
}

func TestCreate_SecondOpenSagaOfAnOrder_IsRefused(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	s := stores(t, pool, saga.NewCancellation)

	for name, second := range map[string]*saga.Saga{
		"of the same type": saga.NewCancellation(s.Order), "of another type": saga.NewShipment(s.Order),
	} {
		assert.Error(t, repository.NewSagaRepository(pool).Create(t.Context(), second), name)
	}
}
