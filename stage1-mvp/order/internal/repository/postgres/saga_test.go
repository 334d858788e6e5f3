package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/db"
	"stagecraft/stage1-mvp/order/internal/domain"
	repository "stagecraft/stage1-mvp/order/internal/repository/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

func TestAClaimedSagaIsLostToEveryoneElse(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas := repository.NewSagaRepository(pool)
	saga := domain.NewSaga(uuid.NewString(), domain.SagaCreateOrder, uuid.NewString(), domain.Request{Scope: "s", Key: "k"})
	require.NoError(t, sagas.Create(t.Context(), saga))
	saga.StartStep("A")
	require.NoError(t, sagas.Save(t.Context(), saga))
	saga.Version++
	stale, err := sagas.ListStale(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, stale, 1)

	var won atomic.Pointer[domain.Saga]
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
			assert.ErrorIs(t, err, domain.ErrSagaLost)
		})
	}
	scanners.Wait()

	require.EqualValues(t, 1, wins.Load())
	claimed := won.Load()
	assert.Equal(t, saga.Steps, claimed.Steps)
	assert.Equal(t, saga.Request, claimed.Request)
	assert.ErrorIs(t, sagas.Save(t.Context(), saga), domain.ErrSagaLost, "the one that drove it before")
	assert.NoError(t, sagas.Save(t.Context(), claimed))
}

func TestOnlyUnsettledSagasThatNobodyTouchedAreStale(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	sagas := repository.NewSagaRepository(pool)
	ids := make(map[domain.SagaStatus]string)
	for _, status := range []domain.SagaStatus{
		domain.SagaRunning, domain.SagaCompensating, domain.SagaCompleted, domain.SagaCompensated, domain.SagaFailed,
	} {
		saga := domain.NewSaga(uuid.NewString(), domain.SagaCreateOrder, uuid.NewString(), domain.Request{})
		saga.Status = status
		require.NoError(t, sagas.Create(t.Context(), saga))
		ids[status] = saga.ID
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
	assert.ElementsMatch(t, []string{ids[domain.SagaRunning], ids[domain.SagaCompensating]}, found)
}

func TestASagaIsFoundByTypeAndOrder(t *testing.T) {
	t.Parallel()
	sagas := repository.NewSagaRepository(postgrestest.New(t, db.Migrations))
	order := uuid.NewString()
	purchase := domain.NewSaga(uuid.NewString(), domain.SagaCreateOrder, order, domain.Request{})
	cancellation := domain.NewSaga(uuid.NewString(), domain.SagaCancelOrder, order, domain.Request{})
	require.NoError(t, sagas.Create(t.Context(), purchase))
	_, err := sagas.IDOf(t.Context(), domain.SagaCancelOrder, order)
	assert.ErrorIs(t, err, domain.ErrSagaNotFound)
	require.NoError(t, sagas.Create(t.Context(), cancellation))

	id, err := sagas.IDOf(t.Context(), domain.SagaCreateOrder, order)
	require.NoError(t, err)
	assert.Equal(t, purchase.ID, id)
	id, err = sagas.IDOf(t.Context(), domain.SagaCancelOrder, order)
	require.NoError(t, err)
	assert.Equal(t, cancellation.ID, id)
	again := domain.NewSaga(uuid.NewString(), domain.SagaCancelOrder, order, domain.Request{})
	assert.Error(t, sagas.Create(t.Context(), again), "an order is cancelled once")
}

func TestUnsettledSagasAreCountedByType(t *testing.T) {
	t.Parallel()
	sagas := repository.NewSagaRepository(postgrestest.New(t, db.Migrations))
	for _, one := range []struct {
		sagaType string
		status   domain.SagaStatus
	}{
		{domain.SagaCreateOrder, domain.SagaRunning},
		{domain.SagaCreateOrder, domain.SagaCompensating},
		{domain.SagaCreateOrder, domain.SagaCompleted},
		{domain.SagaCancelOrder, domain.SagaRunning},
		{domain.SagaCancelOrder, domain.SagaFailed},
	} {
		saga := domain.NewSaga(uuid.NewString(), one.sagaType, uuid.NewString(), domain.Request{})
		saga.Status = one.status
		require.NoError(t, sagas.Create(t.Context(), saga))
	}

	counts, err := sagas.CountUnsettled(t.Context())

	require.NoError(t, err)
	assert.Equal(t, map[string]int64{domain.SagaCreateOrder: 2, domain.SagaCancelOrder: 1}, counts)
}
