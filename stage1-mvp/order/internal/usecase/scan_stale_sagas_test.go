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
	t   *testing.T
	ids []string
}

func (s staleSagas) ListStale(ctx context.Context, _ time.Duration, _ int) (stale []domain.StaleSaga, _ error) {
	s.bounded(ctx)
	for _, id := range s.ids {
		stale = append(stale, domain.StaleSaga{ID: id})
	}
	return stale, nil
}

func (s staleSagas) Claim(ctx context.Context, stale domain.StaleSaga) (*domain.Saga, error) {
	s.bounded(ctx)
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

// recovery panics on one saga.
type recovery struct{ poison string }

func (r recovery) Recover(_ context.Context, s *domain.Saga) error {
	if s.ID == r.poison {
		panic("no such step")
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
