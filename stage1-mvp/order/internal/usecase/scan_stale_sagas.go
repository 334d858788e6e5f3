package usecase

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/config"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/parallel"
)

const (
	scanBatch   = 100
	scanWorkers = 4
	// scanQueryTimeout bounds listing and claiming, because no caller waits here whose deadline could.
	scanQueryTimeout = 5 * time.Second
)

// ScanConfig is what the environment says about sagas that nobody drives any more.
type ScanConfig struct {
	Interval   time.Duration `env:"SAGA_SCAN_INTERVAL" default:"2m"`
	StaleAfter time.Duration `env:"SAGA_STALE_AFTER" default:"10m"`
}

// Validate refuses a scan that never pauses, and one that takes sagas away from those who drive them.
func (c *ScanConfig) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{"SAGA_SCAN_INTERVAL": c.Interval, "SAGA_STALE_AFTER": c.StaleAfter})...)
}

// SagaRecoverer settles a saga whose driver died.
type SagaRecoverer interface {
	Recover(ctx context.Context, s *domain.Saga) error
}

// SagaGauge shows how many sagas of each type are not settled.
type SagaGauge interface {
	SagasUnsettled(counts map[string]int64)
}

// ScanStaleSagas finds sagas whose driver died, or gave up, and settles them.
type ScanStaleSagas struct {
	cfg   ScanConfig
	tx    Transactor
	sagas domain.SagaRepository
	saga  SagaRecoverer
	gauge SagaGauge
}

// NewScanStaleSagas returns the use case.
func NewScanStaleSagas(
	cfg ScanConfig, tx Transactor, sagas domain.SagaRepository, saga SagaRecoverer, gauge SagaGauge,
) *ScanStaleSagas {
	return &ScanStaleSagas{cfg: cfg, tx: tx, sagas: sagas, saga: saga, gauge: gauge}
}

// Execute scans the sagas once and returns how many it settled. One that it cannot settle is logged, and will be stale again later.
func (u *ScanStaleSagas) Execute(ctx context.Context) (settled int, err error) {
	stale, err := u.listStale(ctx)
	if err != nil {
		return 0, err
	}
	var count atomic.Int64
	work := func(seen domain.StaleSaga) {
		if u.settle(ctx, seen) {
			count.Add(1)
		}
	}
	parallel.Each(stale, scanWorkers, work, func(seen domain.StaleSaga, err error, stack []byte) {
		logging.From(ctx).Error("panic", logging.Event("order.saga.panicked"), zap.String("saga_id", seen.ID),
			logging.Error(err), zap.ByteString("stack", stack))
	})
	return int(count.Load()), u.showUnsettled(ctx)
}

// showUnsettled counts what is left: one query per scan, however often the metrics are read.
func (u *ScanStaleSagas) showUnsettled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scanQueryTimeout)
	defer cancel()
	counts, err := u.sagas.CountUnsettled(ctx)
	if err != nil {
		return err
	}
	u.gauge.SagasUnsettled(counts)
	return nil
}

func (u *ScanStaleSagas) listStale(ctx context.Context) ([]domain.StaleSaga, error) {
	ctx, cancel := context.WithTimeout(ctx, scanQueryTimeout)
	defer cancel()
	return u.sagas.ListStale(ctx, u.cfg.StaleAfter, scanBatch)
}

// settle claims one saga and finishes it.
func (u *ScanStaleSagas) settle(ctx context.Context, seen domain.StaleSaga) bool {
	log := logging.From(ctx).With(zap.String("saga_id", seen.ID))
	saga, err := u.claimStale(ctx, seen)
	if errors.Is(err, domain.ErrSagaLost) {
		log.Debug("saga is another's", logging.Event("order.saga.claim_lost"))
		return false
	}
	if err == nil {
		log.Info("stale saga claimed", logging.Event("order.saga.claimed"), zap.String("order_id", saga.OrderID))
		err = u.saga.Recover(ctx, saga)
	}
	if err != nil {
		log.Warn("stale saga is not settled", logging.Event("order.saga.recovery_failed"), logging.Error(err))
		return false
	}
	log.Info("stale saga settled", logging.Event("order.saga.recovered"), zap.String("order_id", saga.OrderID))
	return true
}

// claimStale makes this process the only driver of the saga, in a transaction of its own, so that the claim is visible at once.
func (u *ScanStaleSagas) claimStale(ctx context.Context, seen domain.StaleSaga) (saga *domain.Saga, err error) {
	ctx, cancel := context.WithTimeout(ctx, scanQueryTimeout)
	defer cancel()
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		saga, err = u.sagas.Claim(ctx, seen)
		return err
	})
	return saga, err
}
