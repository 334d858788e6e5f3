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
	saga.Repository
	asked chan struct{}
}

func (s sagas) ListStale(ctx context.Context, _ time.Duration, _ int) ([]saga.Stale, error) {
	select {
	case s.asked <- struct{}{}:
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func (s sagas) CountUnsettled(context.Context) (map[string]int64, error) { return nil, nil }

type ignored struct{}

func (ignored) SagasUnsettled(map[string]int64) {}

func TestPeriodicTask_Started_RunsAtOnceAndAtEachInterval(t *testing.T) {
	t.Parallel()
	repository := sagas{asked: make(chan struct{})}
	cfg := usecase.ScanConfig{Interval: time.Millisecond, Timeout: time.Second, QueryTimeout: time.Second}
	scanner := job.NewStaleScanner(cfg, usecase.NewScanStaleSagas(cfg, nil, repository, nil, ignored{}), zap.NewNop())

	require.NoError(t, scanner.Start(t.Context()))
	for range 3 {
		<-repository.asked
	}

	require.NoError(t, scanner.Stop(t.Context()))
}
