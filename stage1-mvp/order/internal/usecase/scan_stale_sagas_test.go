package usecase_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
)

var scanning = usecase.ScanConfig{
	Interval: time.Second, StaleAfter: time.Second, Timeout: 10 * time.Second, QueryTimeout: time.Second, Batch: 10, Workers: 4,
}

// staleSagas has these sagas to be claimed; each can be claimed once.
type staleSagas struct {
	saga.Repository
	t    *testing.T
	ids  []string
	lost string // another worker was faster to claim this one
	done *sync.Map
	down error // of the database
}

func (s staleSagas) ListStale(ctx context.Context, _ time.Duration, limit int) (stale []saga.Stale, _ error) {
	s.bounded(ctx)
	for _, id := range s.ids {
		if _, claimed := s.done.Load(id); !claimed {
			stale = append(stale, saga.Stale{ID: id})
		}
	}
	stale = stale[:min(limit, len(stale))]
	return stale, s.down
}

func (s staleSagas) Claim(ctx context.Context, stale saga.Stale) (*saga.Saga, error) {
	s.bounded(ctx)
	if stale.ID == s.lost {
		return nil, saga.ErrLost
	}
	s.done.Store(stale.ID, true)
	return &saga.Saga{ID: stale.ID, Order: &domain.Order{}}, nil
}

func (s staleSagas) CountUnsettled(ctx context.Context) (map[string]int64, error) {
	s.bounded(ctx)
	return map[string]int64{saga.CreateOrder: 1}, nil
}

// gauge remembers the last value that was set.
type gauge struct{ counts map[string]int64 }

func (g *gauge) SagasUnsettled(counts map[string]int64) { g.counts = counts }

func (s staleSagas) bounded(ctx context.Context) {
	_, ok := ctx.Deadline()
	assert.True(s.t, ok, "a database that does not answer would stop the scanner for ever")
}

type noTx struct{}

func (noTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error { return fn(ctx) }

// recovery panics on one saga and fails on another.
type recovery struct{ poison, stubborn string }

func (r recovery) Recover(_ context.Context, s *saga.Saga) error {
	switch s.ID {
	case r.poison:
		panic("no such step")
	case r.stubborn:
		return assert.AnError
	}
	return nil
}

func TestOneSagaThatPanicsStopsNoOther(t *testing.T) {
	t.Parallel()
	sagas := staleSagas{t: t, done: &sync.Map{}, ids: []string{"a", "poison", "b", "c"}}
	scan := usecase.NewScanStaleSagas(scanning, noTx{}, sagas, recovery{poison: "poison"}, &gauge{})

	settled, err := scan.Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 3, settled)
}

func TestScan_Finished_PublishesOpenSagas(t *testing.T) {
	t.Parallel()
	sagas := staleSagas{t: t, done: &sync.Map{}, ids: []string{"a", "lost", "stubborn"}, lost: "lost"}
	left := &gauge{}
	scan := usecase.NewScanStaleSagas(scanning, noTx{}, sagas, recovery{stubborn: "stubborn"}, left)

	settled, err := scan.Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 1, settled, "neither one of another worker nor one that did not end")
	assert.Equal(t, map[string]int64{saga.CreateOrder: 1}, left.counts)
}

func TestAScanWithoutADatabaseSaysSo(t *testing.T) {
	t.Parallel()
	left := &gauge{}
	scan := usecase.NewScanStaleSagas(scanning, noTx{}, staleSagas{t: t, done: &sync.Map{}, down: assert.AnError}, recovery{}, left)

	_, err := scan.Execute(t.Context())

	assert.ErrorIs(t, err, assert.AnError)
	assert.Nil(t, left.counts, "what was not counted is not zero")
}

func TestScan_MoreStaleSagasThanABatch_SettlesAll(t *testing.T) {
	t.Parallel()
	sagas := staleSagas{t: t, done: &sync.Map{}}
	for i := range 35 {
		sagas.ids = append(sagas.ids, strconv.Itoa(i))
	}

	settled, err := usecase.NewScanStaleSagas(scanning, noTx{}, sagas, recovery{}, &gauge{}).Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 35, settled)
}

func TestScanConfig_NoPause_IsInvalid(t *testing.T) {
	t.Parallel()
	assert.NoError(t, scanning.Validate())
	hasty, eager := scanning, scanning
	hasty.Interval, eager.StaleAfter = 0, 0
	assert.ErrorContains(t, hasty.Validate(), "SAGA_SCAN_INTERVAL")
	assert.ErrorContains(t, eager.Validate(), "SAGA_STALE_AFTER")
	assert.ErrorContains(t, (&usecase.WatchConfig{}).Validate(), "ORDER_WATCH_INTERVAL")
}
