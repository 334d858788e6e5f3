package usecase

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/config"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/parallel"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

const (
	scanBatch   = 100
	scanWorkers = 4
	// scanQueryTimeout bounds listing and claiming, because no caller waits here whose deadline could.
	scanQueryTimeout = 5 * time.Second
)

// ScanConfig is what the environment says about payments that nobody works on any more.
type ScanConfig struct {
	Interval   time.Duration `env:"PAYMENT_SCAN_INTERVAL" default:"2m"`
	StaleAfter time.Duration `env:"PAYMENT_STALE_AFTER" default:"10m"`
}

// Validate refuses a scan that never pauses, and one that takes payments away from those who work on them.
func (c *ScanConfig) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{"PAYMENT_SCAN_INTERVAL": c.Interval, "PAYMENT_STALE_AFTER": c.StaleAfter})...)
}

// PaymentRecoverer finds out about charges, and takes them back.
type PaymentRecoverer interface {
	Ask(ctx context.Context, p *domain.Payment) (*domain.Payment, error)
	Void(ctx context.Context, p *domain.Payment, failure domain.PaymentFailure) (*domain.Payment, error)
}

// PaymentGauge shows how many payments of each status are not settled.
type PaymentGauge interface {
	PaymentsUnsettled(counts map[domain.PaymentStatus]int64)
}

// ScanStalePayments finds payments that were left open, by a crash or by a provider that did not answer, and settles them.
type ScanStalePayments struct {
	cfg       ScanConfig
	payments  domain.PaymentRepository
	recoverer PaymentRecoverer
	book      *BookPayment
	refund    *RefundTopUp
	gauge     PaymentGauge
}

// NewScanStalePayments returns the use case.
func NewScanStalePayments(
	cfg ScanConfig, payments domain.PaymentRepository, recoverer PaymentRecoverer, book *BookPayment, refund *RefundTopUp,
	gauge PaymentGauge,
) *ScanStalePayments {
	return &ScanStalePayments{cfg: cfg, payments: payments, recoverer: recoverer, book: book, refund: refund, gauge: gauge}
}

// Execute scans the payments once and returns how many it settled. One that it cannot settle is logged, and will be stale again later.
func (u *ScanStalePayments) Execute(ctx context.Context) (settled int, err error) {
	stale, err := u.listStale(ctx)
	if err != nil {
		return 0, err
	}
	var count atomic.Int64
	work := func(seen domain.StalePayment) {
		if u.settle(ctx, seen) {
			count.Add(1)
		}
	}
	parallel.Each(stale, scanWorkers, work, func(seen domain.StalePayment, err error, stack []byte) {
		logging.From(ctx).Error("panic", logging.Event("wallet.payment.panicked"), zap.String("payment_id", seen.ID),
			logging.Error(err), zap.ByteString("stack", stack))
	})
	return int(count.Load()), u.showUnsettled(ctx)
}

// showUnsettled says how much is left: one look at each scan, however often the metrics are read.
func (u *ScanStalePayments) showUnsettled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scanQueryTimeout)
	defer cancel()
	counts, err := u.payments.CountUnsettled(ctx)
	if err != nil {
		return err
	}
	u.gauge.PaymentsUnsettled(counts)
	return nil
}

func (u *ScanStalePayments) listStale(ctx context.Context) ([]domain.StalePayment, error) {
	ctx, cancel := context.WithTimeout(ctx, scanQueryTimeout)
	defer cancel()
	return u.payments.ListStale(ctx, u.cfg.StaleAfter, scanBatch)
}

// settle claims one payment and finishes it.
func (u *ScanStalePayments) settle(ctx context.Context, seen domain.StalePayment) bool {
	log := logging.From(ctx).With(zap.String("payment_id", seen.ID))
	p, err := u.claimStale(ctx, seen)
	if errors.Is(err, domain.ErrPaymentLost) {
		log.Debug("payment is another's", logging.Event("wallet.payment.claim_lost"))
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

// claimStale keeps other scanners away from the payment until it is stale again.
func (u *ScanStalePayments) claimStale(ctx context.Context, seen domain.StalePayment) (*domain.Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, scanQueryTimeout)
	defer cancel()
	return u.payments.Claim(ctx, seen)
}

// finish takes the remaining steps. A customer who repeats his request meanwhile takes the same ones, which does no harm.
func (u *ScanStalePayments) finish(ctx context.Context, p *domain.Payment) (err error) {
	if p.Status() == domain.PaymentPending {
		if p, err = u.recoverer.Ask(ctx, p); err != nil {
			return err
		}
	}
	switch p.Status() {
	case domain.PaymentCharged:
		_, err = u.book.Execute(ctx, p)
		if errs.CodeOf(err) == errs.Precondition {
			return nil // refused for good: the charge has been taken back, or is a stale payment of its own
		}
	case domain.PaymentVoiding:
		_, err = u.recoverer.Void(ctx, p, p.Failure())
	case domain.PaymentRefunding:
		err = u.refund.Finish(ctx, p)
	}
	return err
}
