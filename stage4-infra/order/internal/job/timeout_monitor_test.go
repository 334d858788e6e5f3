package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"shop/order/internal/job"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sagas counts how often it is asked, and has nothing stale.
type sagas struct {
	usecase.OpenSagas
	asked chan struct{}
}

func (s sagas) ListStale(ctx context.Context, _ time.Duration, _ int) ([]string, error) {
	select {
	case s.asked <- struct{}{}:
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func (s sagas) CountOpen(context.Context, time.Duration) ([]saga.Count, error) { return nil, nil }

type ignored struct{}

func (ignored) OpenSagas([]saga.Count) {}

func TestPeriodicTask_Started_RunsAtOnceAndAtEachInterval(t *testing.T) {
	t.Parallel()
	repository := sagas{asked: make(chan struct{})}
	cfg := usecase.TimeoutConfig{Interval: time.Millisecond, QueryTimeout: time.Second}
	monitor := job.NewTimeoutMonitor(cfg, usecase.NewTimeOutSagas(cfg, nil, nil, repository, ignored{}), zap.NewNop())

	require.NoError(t, monitor.Start(t.Context()))
	for range 3 {
		<-repository.asked
	}

	require.NoError(t, monitor.Stop(t.Context()))
}
