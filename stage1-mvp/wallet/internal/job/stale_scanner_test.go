package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/job"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// payments counts how often it is asked, and has nothing stale.
type payments struct {
	domain.PaymentRepository
	asked chan struct{}
}

func (s payments) ListStale(ctx context.Context, _ time.Duration, _ int) ([]domain.StalePayment, error) {
	select {
	case s.asked <- struct{}{}:
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func (payments) CountUnsettled(context.Context) (map[domain.PaymentStatus]int64, error) {
	return nil, nil
}

type ignored struct{}

func (ignored) PaymentsUnsettled(map[domain.PaymentStatus]int64) {}

func TestItScansAtOnceAndThenAtEachIntervalUntilItIsStopped(t *testing.T) {
	t.Parallel()
	repository := payments{asked: make(chan struct{})}
	cfg := usecase.ScanConfig{Interval: time.Millisecond}
	scanner := job.NewStaleScanner(cfg, usecase.NewScanStalePayments(cfg, repository, nil, nil, nil, ignored{}), zap.NewNop())

	require.NoError(t, scanner.Start(t.Context()))
	for range 3 {
		<-repository.asked
	}

	require.NoError(t, scanner.Stop(t.Context()))
}
