package usecase

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"shop/platform/config"
	"shop/platform/logging"
	"shop/platform/parallel"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

// ScanConfig is the configuration of the scan for stale payments.
type ScanConfig struct {
	Interval   time.Duration `env:"PAYMENT_SCAN_INTERVAL" default:"2m"`
	StaleAfter time.Duration `env:"PAYMENT_STALE_AFTER" default:"10m"`
	// Limit bounds one scan, which otherwise goes on until no payment is stale.
	Limit time.Duration `env:"PAYMENT_SCAN_LIMIT" default:"90s"`
	// QueryTimeout bounds listing and claiming, because a scan has no caller with a deadline.
	QueryTimeout time.Duration `env:"PAYMENT_SCAN_QUERY_TIMEOUT" default:"5s"`
	Batch        int           `env:"PAYMENT_SCAN_BATCH" default:"100"`
	Workers      int           `env:"PAYMENT_SCAN_WORKERS" default:"4"`
}

// Validate refuses values that are not positive.
func (c *ScanConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"PAYMENT_SCAN_INTERVAL": c.Interval, "PAYMENT_STALE_AFTER": c.StaleAfter,
		"PAYMENT_SCAN_LIMIT": c.Limit, "PAYMENT_SCAN_QUERY_TIMEOUT": c.QueryTimeout,
	})
	if c.Batch < 1 {
		faults = append(faults, errors.New("PAYMENT_SCAN_BATCH must be at least 1"))
	}
	if c.Workers < 1 {
		faults = append(faults, errors.New("PAYMENT_SCAN_WORKERS must be at least 1"))
	}
	return errors.Join(faults...)
}

// ScanStalePayments settles payments that were left unsettled by a crash or by a provider that did not answer.
type ScanStalePayments struct {
	cfg      ScanConfig
	payments domain.PaymentRepository
	engine   *payment.Engine
	gauge    PaymentGauge
}

// NewScanStalePayments returns the use case.
func NewScanStalePayments(
	cfg ScanConfig, payments domain.PaymentRepository, engine *payment.Engine, gauge PaymentGauge,
) *ScanStalePayments {
	return &ScanStalePayments{cfg: cfg, payments: payments, engine: engine, gauge: gauge}
}

// Execute works until no payment is stale or the time limit is reached, and returns how many payments it settled. A payment that it cannot
// settle is logged, and is stale again later.
func (u *ScanStalePayments) Execute(ctx context.Context) (int, error) {
	limited, cancel := context.WithTimeout(ctx, u.cfg.Limit)
	defer cancel()
	var settled atomic.Int64
	for limited.Err() == nil {
		stale, err := u.listStale(limited)
		if err != nil {
			return int(settled.Load()), err
		}
		u.settleAll(limited, stale, &settled)
		if len(stale) < u.cfg.Batch {
			break
		}
	}
	return int(settled.Load()), u.showUnsettled(ctx)
}

func (u *ScanStalePayments) settleAll(ctx context.Context, stale []domain.StalePayment, settled *atomic.Int64) {
	work := func(seen domain.StalePayment) {
		if ctx.Err() == nil && u.settle(ctx, seen) {
			settled.Add(1)
		}
	}
	parallel.Each(stale, u.cfg.Workers, work, func(seen domain.StalePayment, err error, stack []byte) {
		logging.From(ctx).Error("panic", logging.Event("wallet.payment.panicked"), zap.String("payment_id", seen.ID),
			logging.Error(err), zap.ByteString("stack", stack))
	})
}

// showUnsettled updates the gauge once per scan, however often the metrics are read.
func (u *ScanStalePayments) showUnsettled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	counts, err := u.payments.CountUnsettled(ctx)
	if err != nil {
		return err
	}
	u.gauge.PaymentsUnsettled(counts)
	return nil
}

func (u *ScanStalePayments) listStale(ctx context.Context) ([]domain.StalePayment, error) {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	return u.payments.ListStale(ctx, u.cfg.StaleAfter, u.cfg.Batch)
}

// settle claims one payment and finishes it.
func (u *ScanStalePayments) settle(ctx context.Context, seen domain.StalePayment) bool {
	log := logging.From(ctx).With(zap.String("payment_id", seen.ID))
	p, err := u.claim(ctx, seen)
	if errors.Is(err, domain.ErrPaymentLost) {
		log.Debug("payment was claimed by another worker", logging.Event("wallet.payment.claim_lost"))
		return false
	}
	if err == nil {
		log.Info("stale payment claimed", logging.Event("wallet.payment.claimed"), zap.String("status", string(p.Status())))
		err = u.finish(ctx, p)
	}
	if err != nil {
		log.Warn("stale payment is not settled", logging.Event("wallet.payment.recovery_failed"), logging.Error(err))
		return false
	}
	log.Info("stale payment settled", logging.Event("wallet.payment.recovered"))
	return true
}

// claim keeps other scanners away from the payment until it is stale again.
func (u *ScanStalePayments) claim(ctx context.Context, seen domain.StalePayment) (*domain.Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.QueryTimeout)
	defer cancel()
	return u.payments.Claim(ctx, seen)
}

// finish takes the remaining steps. A customer who repeats the request at the same time takes the same steps, which is safe.
func (u *ScanStalePayments) finish(ctx context.Context, p *domain.Payment) (err error) {
	if p.Status() == domain.PaymentPending {
		if p, err = u.engine.Find(ctx, p); err != nil {
			return err
		}
	}
	switch p.Status() {
	case domain.PaymentCharged:
		_, err = u.engine.Book(ctx, p)
	case domain.PaymentVoiding:
		_, err = u.engine.Void(ctx, p, p.Failure())
	}
	return err
}
