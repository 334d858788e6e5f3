package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
)

var timeouts = usecase.TimeoutConfig{Interval: time.Second, StaleAfter: time.Second, QueryTimeout: time.Second, StuckAfter: time.Second, Batch: 10}

// staleSagas has these orders with stale sagas.
type staleSagas struct {
	usecase.OpenSagas
	t      *testing.T
	orders []string
	lost   string // a reply was faster than the monitor
	down   error  // of the database
}

func (s staleSagas) ListStale(ctx context.Context, _ time.Duration, _ int) ([]string, error) {
	s.bounded(ctx)
	return s.orders, s.down
}

func (s staleSagas) LockStale(ctx context.Context, orderID string, _ time.Duration) (*saga.Saga, error) {
	s.bounded(ctx)
	if orderID == s.lost {
		return nil, saga.ErrNotFound
	}
	return &saga.Saga{ID: orderID}, nil
}

func (s staleSagas) CountOpen(ctx context.Context, _ time.Duration) ([]saga.Count, error) {
	s.bounded(ctx)
	return []saga.Count{{Type: saga.CreateOrder, Status: saga.Running, N: 1}}, nil
}

func (s staleSagas) bounded(ctx context.Context) {
	_, ok := ctx.Deadline()
	assert.True(s.t, ok, "a database that does not answer would stop the monitor for ever")
}

type noTx struct{}

func (noTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error { return fn(ctx) }

// stubborn cannot move one saga.
type stubborn struct {
	usecase.Sagas
	id string
}

func (m stubborn) TimeOut(_ context.Context, s *saga.Saga) error {
	if s.ID == m.id {
		return assert.AnError
	}
	return nil
}

// gauge remembers the last value that was set.
type gauge struct{ counts []saga.Count }

func (g *gauge) OpenSagas(counts []saga.Count) { g.counts = counts }

func TestTimeOutSagas_OneCannotBeMoved_MovesTheOthers(t *testing.T) {
	t.Parallel()
	open := staleSagas{t: t, orders: []string{"stubborn", "lost", "a", "b"}, lost: "lost"}
	left := &gauge{}

	moved, err := usecase.NewTimeOutSagas(timeouts, noTx{}, stubborn{id: "stubborn"}, open, left).Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 2, moved)
	assert.Equal(t, []saga.Count{{Type: saga.CreateOrder, Status: saga.Running, N: 1}}, left.counts)
}

func TestTimeOutSagas_DatabaseFailure_IsReturned(t *testing.T) {
	t.Parallel()
	left := &gauge{}

	_, err := usecase.NewTimeOutSagas(timeouts, noTx{}, nil, staleSagas{t: t, down: assert.AnError}, left).Execute(t.Context())

	assert.ErrorIs(t, err, assert.AnError)
	assert.Nil(t, left.counts, "what was not counted is not zero")
}

func TestTimeoutConfig_NoPause_IsInvalid(t *testing.T) {
	t.Parallel()
	assert.NoError(t, timeouts.Validate())
	hasty, eager := timeouts, timeouts
	hasty.Interval, eager.StaleAfter = 0, 0
	assert.ErrorContains(t, hasty.Validate(), "SAGA_SCAN_INTERVAL")
	assert.ErrorContains(t, eager.Validate(), "SAGA_STALE_AFTER")
	assert.ErrorContains(t, (&usecase.WatchConfig{}).Validate(), "ORDER_WATCH_INTERVAL")
}
