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
