package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/job"
	"stagecraft/stage1-mvp/order/internal/usecase"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sagas counts how often it is asked, and has nothing stale.
type sagas struct {
	domain.SagaRepository
	asked chan struct{}
}

func (s sagas) ListStale(ctx context.Context, _ time.Duration, _ int) ([]domain.StaleSaga, error) {
	select {
	case s.asked <- struct{}{}:
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func (s sagas) CountUnsettled(context.Context) (map[string]int64, error) { return nil, nil }

type ignored struct{}

func (ignored) SagasUnsettled(map[string]int64) {}

func TestItScansAtOnceAndThenAtEachIntervalUntilItIsStopped(t *testing.T) {
	t.Parallel()
	repository := sagas{asked: make(chan struct{})}
	cfg := usecase.ScanConfig{Interval: time.Millisecond}
	scanner := job.NewStaleScanner(cfg, usecase.NewScanStaleSagas(cfg, nil, repository, nil, ignored{}), zap.NewNop())

	require.NoError(t, scanner.Start(t.Context()))
	for range 3 {
		<-repository.asked
	}

	require.NoError(t, scanner.Stop(t.Context()))
}
