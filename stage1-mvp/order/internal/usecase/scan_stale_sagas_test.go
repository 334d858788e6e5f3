package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase"
)

// staleSagas has these sagas for whoever claims them.
type staleSagas struct {
	domain.SagaRepository
	t    *testing.T
	ids  []string
	lost string // somebody else was faster to claim this one
	down error  // of the database
}

func (s staleSagas) ListStale(ctx context.Context, _ time.Duration, _ int) (stale []domain.StaleSaga, _ error) {
	s.bounded(ctx)
	for _, id := range s.ids {
		stale = append(stale, domain.StaleSaga{ID: id})
	}
	return stale, s.down
}

func (s staleSagas) Claim(ctx context.Context, stale domain.StaleSaga) (*domain.Saga, error) {
	s.bounded(ctx)
	if stale.ID == s.lost {
		return nil, domain.ErrSagaLost
	}
	return &domain.Saga{ID: stale.ID}, nil
}

func (s staleSagas) CountUnsettled(ctx context.Context) (map[string]int64, error) {
	s.bounded(ctx)
	return map[string]int64{domain.SagaCreateOrder: 1}, nil
}

// gauge remembers what it was told last.
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

func (r recovery) Recover(_ context.Context, s *domain.Saga) error {
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
	sagas := staleSagas{t: t, ids: []string{"a", "poison", "b", "c"}}
	scan := usecase.NewScanStaleSagas(usecase.ScanConfig{}, noTx{}, sagas, recovery{poison: "poison"}, &gauge{})

	settled, err := scan.Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 3, settled)
}

func TestWhatIsLeftIsShownAfterEachScan(t *testing.T) {
	t.Parallel()
	sagas := staleSagas{t: t, ids: []string{"a", "lost", "stubborn"}, lost: "lost"}
	left := &gauge{}
	scan := usecase.NewScanStaleSagas(usecase.ScanConfig{}, noTx{}, sagas, recovery{stubborn: "stubborn"}, left)

	settled, err := scan.Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 1, settled, "neither that of somebody else nor one that did not end")
	assert.Equal(t, map[string]int64{domain.SagaCreateOrder: 1}, left.counts)
}

func TestAScanWithoutADatabaseSaysSo(t *testing.T) {
	t.Parallel()
	left := &gauge{}
	scan := usecase.NewScanStaleSagas(usecase.ScanConfig{}, noTx{}, staleSagas{t: t, down: assert.AnError}, recovery{}, left)

	_, err := scan.Execute(t.Context())

	assert.ErrorIs(t, err, assert.AnError)
	assert.Nil(t, left.counts, "what nobody has counted is not zero")
}

func TestAScanWithoutAPauseOrForSagasAtWorkIsRefused(t *testing.T) {
	t.Parallel()
	assert.NoError(t, (&usecase.ScanConfig{Interval: time.Second, StaleAfter: time.Second}).Validate())
	assert.ErrorContains(t, (&usecase.ScanConfig{StaleAfter: time.Second}).Validate(), "SAGA_SCAN_INTERVAL")
	assert.ErrorContains(t, (&usecase.ScanConfig{Interval: time.Second}).Validate(), "SAGA_STALE_AFTER")
	assert.ErrorContains(t, (&usecase.WatchConfig{}).Validate(), "ORDER_WATCH_INTERVAL")
}
