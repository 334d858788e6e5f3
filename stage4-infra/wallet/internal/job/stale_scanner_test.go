package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/job"
	"shop/wallet/internal/usecase"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// payments reports each call of ListStale, and has nothing stale.
type payments struct {
	domain.PaymentRepository
	listed chan struct{}
}

func (s payments) ListStale(ctx context.Context, _ time.Duration, _ int) ([]domain.StalePayment, error) {
	select {
	case s.listed <- struct{}{}:
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func (payments) CountUnsettled(context.Context) (map[domain.PaymentStatus]int64, error) {
	return nil, nil
}

type noGauge struct{}

func (noGauge) PaymentsUnsettled(map[domain.PaymentStatus]int64) {}

func TestStaleScanner_ScansAtStartAndAtEachInterval(t *testing.T) {
	t.Parallel()
	repository := payments{listed: make(chan struct{})}
	cfg := usecase.ScanConfig{Interval: time.Millisecond, Limit: time.Minute, QueryTimeout: time.Minute, Batch: 1, Workers: 1}
	scanner := job.NewStaleScanner(cfg, usecase.NewScanStalePayments(cfg, repository, nil, noGauge{}), zap.NewNop())

	require.NoError(t, scanner.Start(t.Context()))
	for range 3 {
		<-repository.listed
	}

	require.NoError(t, scanner.Stop(t.Context()))
}
