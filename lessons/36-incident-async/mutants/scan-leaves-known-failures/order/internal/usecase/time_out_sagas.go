package usecase

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/config"
	"shop/platform/logging"
)

// TimeoutConfig is the part of the environment that is about sagas without a reply.
type TimeoutConfig struct {
	Interval time.Duration `env:"SAGA_SCAN_INTERVAL" default:"1m"`
	// StaleAfter is how long a saga waits for one reply.
	StaleAfter time.Duration `env:"SAGA_STALE_AFTER" default:"5m"`
	// QueryTimeout bounds each transaction, because no caller waits here whose deadline could.
	QueryTimeout time.Duration `env:"SAGA_SCAN_QUERY_TIMEOUT" default:"5s"`
	Batch        int           `env:"SAGA_SCAN_BATCH" default:"1000"`
}

// Validate refuses a monitor that never pauses, and one that gives sagas no time.
func (c *TimeoutConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"SAGA_SCAN_INTERVAL": c.Interval, "SAGA_STALE_AFTER": c.StaleAfter, "SAGA_SCAN_QUERY_TIMEOUT": c.QueryTimeout,
	})
	if c.Batch < 1 {
		faults = append(faults, errors.New("SAGA_SCAN_BATCH must be at least 1"))
	}
	return errors.Join(faults...)
}

// SagaGauge shows how many sagas are in which status.
type SagaGauge interface {
	OpenSagas(counts []saga.Count)
}

// TimeOutSagas finds sagas that have waited too long for a reply. A purchase that runs is undone; a saga that is being undone, or cannot
// be, fails, and an operator resumes it.
type TimeOutSagas struct {
	cfg   TimeoutConfig
	tx    Transactor
	sagas Sagas
	open  OpenSagas
	gauge SagaGauge
	known map[string]bool
}

// NewTimeOutSagas returns the use case.
func NewTimeOutSagas(cfg TimeoutConfig, tx Transactor, sagas Sagas, open OpenSagas, gauge SagaGauge) *TimeOutSagas {
	return &TimeOutSagas{cfg: cfg, tx: tx, sagas: sagas, open: open, gauge: gauge, known: map[string]bool{}}
}

// Execute moves the stale sagas, at most a batch of them, and returns how many it moved. One that it cannot move is logged, and will be
// stale again at the next time.
func (u *TimeOutSagas) Execute(ctx context.Context) (moved int, err error) {
	stale, err := u.listStale(ctx)
	if err != nil {
		return 0, err
	}
	for _, orderID := range stale {
		if u.known[orderID] {
			continue
		}
		err := u.timeOut(ctx, orderID)
		switch {
		case err == nil:
			moved++
		case !errors.Is(err, saga.ErrNotFound) && ctx.Err() == nil:
			u.known[orderID] = true
			logging.From(ctx).Warn("stale saga cannot be moved", logging.Event("order.saga.timeout_failed"),
				zap.String("order_id", orderID), logging.Error(err))
		}
	}
	return moved, u.showOpen(ctx)
}

// timeOut moves one saga, unless a reply or another monitor was faster.
func (u *TimeOutSagas) timeOut(ctx context.Context, orderID string) error {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	var s *saga.Saga
	err := u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if s, err = u.open.LockStale(ctx, orderID, u.cfg.StaleAfter); err != nil {
			return err
		}
		return u.sagas.TimeOut(ctx, s)
	})
	if err == nil {
		logging.From(ctx).Warn("saga timed out", logging.Event("order.saga.timed_out"), zap.String("saga_type", s.Type),
			zap.String("saga_id", s.ID), zap.String("order_id", orderID), zap.String("status", string(s.Status)))
	}
	return err
}

func (u *TimeOutSagas) listStale(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	return u.open.ListStale(ctx, u.cfg.StaleAfter, u.cfg.Batch)
}

// showOpen counts what is left: one query per scan, however often the metrics are read.
func (u *TimeOutSagas) showOpen(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	counts, err := u.open.CountOpen(ctx)
	if err != nil {
		return err
	}
	u.gauge.OpenSagas(counts)
	return nil
}
