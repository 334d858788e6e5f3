package usecase

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/config"
	"shop/platform/logging"
	"shop/platform/parallel"
)

// ScanConfig is the part of the environment that is about sagas without a driver.
type ScanConfig struct {
	Interval   time.Duration `env:"SAGA_SCAN_INTERVAL" default:"2m"`
	StaleAfter time.Duration `env:"SAGA_STALE_AFTER" default:"10m"`
	// Timeout bounds one scan, which otherwise goes on until no stale saga is left.
	Timeout time.Duration `env:"SAGA_SCAN_TIMEOUT" default:"5m"`
	// QueryTimeout bounds listing and claiming, because no caller waits here whose deadline could.
	QueryTimeout time.Duration `env:"SAGA_SCAN_QUERY_TIMEOUT" default:"5s"`
	Batch        int           `env:"SAGA_SCAN_BATCH" default:"100"`
	Workers      int           `env:"SAGA_SCAN_WORKERS" default:"4"`
}

// Validate refuses a scan that never pauses or gets nothing done.
func (c *ScanConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"SAGA_SCAN_INTERVAL": c.Interval, "SAGA_STALE_AFTER": c.StaleAfter, "SAGA_SCAN_TIMEOUT": c.Timeout,
		"SAGA_SCAN_QUERY_TIMEOUT": c.QueryTimeout,
	})
	if c.Batch < 1 || c.Workers < 1 {
		faults = append(faults, errors.New("SAGA_SCAN_BATCH and SAGA_SCAN_WORKERS must be at least 1"))
	}
	return errors.Join(faults...)
}

// SagaRecoverer settles a saga whose driver stopped.
type SagaRecoverer interface {
	Recover(ctx context.Context, s *saga.Saga) error
}

// SagaGauge shows how many sagas of each type are not settled.
type SagaGauge interface {
	SagasUnsettled(counts map[string]int64)
}

// ScanStaleSagas finds sagas whose driver stopped, or gave up, and settles them.
type ScanStaleSagas struct {
	cfg   ScanConfig
	tx    Transactor
	sagas saga.Repository
	saga  SagaRecoverer
	gauge SagaGauge
}

// NewScanStaleSagas returns the use case.
func NewScanStaleSagas(
	cfg ScanConfig, tx Transactor, sagas saga.Repository, recoverer SagaRecoverer, gauge SagaGauge,
) *ScanStaleSagas {
	return &ScanStaleSagas{cfg: cfg, tx: tx, sagas: sagas, saga: recoverer, gauge: gauge}
}

// Execute settles stale sagas until none is left, none of a batch can be settled, or the time is over. It returns how many it settled. A
// saga that it cannot settle is logged, and will be stale again later.
func (u *ScanStaleSagas) Execute(ctx context.Context) (settled int, err error) {
	end := time.Now().Add(u.cfg.Timeout)
	for time.Now().Before(end) {
		stale, err := u.listStale(ctx)
		if err != nil {
			return settled, err
		}
		progress := u.settleAll(ctx, stale)
		settled += progress
		if progress == 0 {
			break
		}
	}
	return settled, u.showUnsettled(ctx)
}

// settleAll settles several sagas at the same time and returns how many it settled.
func (u *ScanStaleSagas) settleAll(ctx context.Context, stale []saga.Stale) int {
	var count atomic.Int64
	work := func(seen saga.Stale) {
		err := u.settle(ctx, seen)
		u.report(ctx, seen, err)
		if err == nil {
			count.Add(1)
		}
	}
	parallel.Each(stale, u.cfg.Workers, work, func(seen saga.Stale, err error, stack []byte) {
		logging.From(ctx).Error("panic", logging.Event("order.saga.panicked"), zap.String("saga_id", seen.ID),
			logging.Error(err), zap.ByteString("stack", stack))
	})
	return int(count.Load())
}

// settle claims one saga and finishes it. A nil error means that this call has settled it; ErrLost that another worker has it.
func (u *ScanStaleSagas) settle(ctx context.Context, seen saga.Stale) error {
	s, err := u.claimStale(ctx, seen)
	if err != nil {
		return err
	}
	return u.saga.Recover(ctx, s)
}

func (u *ScanStaleSagas) report(ctx context.Context, seen saga.Stale, err error) {
	log := logging.From(ctx).With(zap.String("saga_id", seen.ID))
	switch {
	case err == nil:
		log.Info("stale saga settled", logging.Event("order.saga.recovered"))
	case !errors.Is(err, saga.ErrLost):
		log.Warn("stale saga is not settled", logging.Event("order.saga.recovery_failed"), logging.Error(err))
	}
}

// claimStale makes this process the only driver of the saga, in a transaction of its own, so that the claim is visible at once.
func (u *ScanStaleSagas) claimStale(ctx context.Context, seen saga.Stale) (s *saga.Saga, err error) {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		s, err = u.sagas.Claim(ctx, seen)
		return err
	})
	if err != nil {
		return nil, err
	}
	logging.From(ctx).Info("stale saga claimed", logging.Event("order.saga.claimed"), zap.String("saga_id", s.ID),
		zap.String("order_id", s.Order.ID()))
	return s, nil
}

func (u *ScanStaleSagas) listStale(ctx context.Context) ([]saga.Stale, error) {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	return u.sagas.ListStale(ctx, u.cfg.StaleAfter, u.cfg.Batch)
}

// showUnsettled counts what is left: one query per scan, however often the metrics are read.
func (u *ScanStaleSagas) showUnsettled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	counts, err := u.sagas.CountUnsettled(ctx)
	if err != nil {
		return err
	}
	u.gauge.SagasUnsettled(counts)
	return nil
}
