package postgres_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
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
	"shop/platform/idempotencystore"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// stores stores a saga with its order and its request, as a use case does.
func stores(t *testing.T, pool *pgxpool.Pool, newSaga func(*domain.Order, saga.Request) *saga.Saga) *saga.Saga {
	t.Helper()
	s := newSaga(newOrder(t, uuid.NewString(), noon), saga.Request{Scope: "s", Key: uuid.NewString()})
	err := postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error {
		_, _, err := idempotencystore.New(pool).Once(ctx, s.Request.Scope, s.Request.Key, []byte("h"), func(ctx context.Context) (json.RawMessage, error) {
			return nil, repository.NewSagaRepository(pool).Create(ctx, s)
		})
		return err
	})
	require.NoError(t, err)
	s.Order.ClearEvents()
	return s.Clone()
}

func TestClaim_SeveralWorkers_OneWinsAndTheFormerDriverIsLost(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas := repository.NewSagaRepository(pool)
	s := stores(t, pool, saga.NewPurchase)
	stale, err := sagas.ListStale(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, stale, 1)

	var won atomic.Pointer[saga.Saga]
	var wins atomic.Int32
	var scanners sync.WaitGroup
	for range 8 {
		scanners.Go(func() {
			claimed, err := sagas.Claim(t.Context(), stale[0])
			if err == nil {
				wins.Add(1)
				won.Store(claimed)
				return
			}
			assert.ErrorIs(t, err, saga.ErrLost)
		})
	}
	scanners.Wait()

	require.EqualValues(t, 1, wins.Load())
	claimed := won.Load()
	want := s.Clone()
	want.Version++
	assert.Equal(t, want, claimed)
	assert.ErrorIs(t, sagas.Save(t.Context(), s), saga.ErrLost, "the former driver")
	assert.NoError(t, sagas.Save(t.Context(), claimed))
}

func TestSave_Lost_ChangesNothing(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas, orders := repository.NewSagaRepository(pool), repository.NewOrderRepository(pool)
	s := stores(t, pool, saga.NewPurchase)
	s.Version++ // as if another worker had claimed it
	s.EndStep(saga.ReserveInventory, saga.StepDone, "")
	require.NoError(t, s.Order.Confirm(noon))

	err := postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error { return sagas.Save(ctx, s) })

	require.ErrorIs(t, err, saga.ErrLost)
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

func TestListStale_OnlyUnsettledSagasThatWereNotStoredForLong(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas := repository.NewSagaRepository(pool)
	ids := make(map[saga.Status]string)
	for _, status := range []saga.Status{saga.Running, saga.Compensating, saga.Completed, saga.Compensated, saga.Failed} {
		s := stores(t, pool, saga.NewPurchase)
		s.Status = status
		require.NoError(t, sagas.Save(t.Context(), s))
		ids[status] = s.ID
	}

	fresh, err := sagas.ListStale(t.Context(), time.Hour, 10)
	require.NoError(t, err)
	assert.Empty(t, fresh)
	stale, err := sagas.ListStale(t.Context(), 0, 10)
	require.NoError(t, err)
	var found []string
	for _, s := range stale {
		found = append(found, s.ID)
	}
	assert.ElementsMatch(t, []string{ids[saga.Running], ids[saga.Compensating]}, found)
}

func TestCreate_SecondSagaOfATypeForAnOrder_IsRefused(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	s := stores(t, pool, saga.NewCancellation)

	err := repository.NewSagaRepository(pool).Create(t.Context(), saga.NewCancellation(s.Order, s.Request))

	assert.Error(t, err, "an order is cancelled once")
}

func TestCountUnsettled_ByType(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas := repository.NewSagaRepository(pool)
	stores(t, pool, saga.NewPurchase)
	stores(t, pool, saga.NewCancellation)
	for _, status := range []saga.Status{saga.Compensating, saga.Completed} {
		s := stores(t, pool, saga.NewPurchase)
		s.Status = status
		require.NoError(t, sagas.Save(t.Context(), s))
	}

	counts, err := sagas.CountUnsettled(t.Context())

	require.NoError(t, err)
	assert.Equal(t, map[string]int64{saga.CreateOrder: 2, saga.CancelOrder: 1}, counts)
}
