// Package payment takes top-ups by card from one status to the next: it calls the provider, books the money, and stores the result. Each
// step may be repeated and run concurrently; the status of the payment decides which one takes effect.
package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shop/platform/clock"
	"shop/platform/errs"
	"shop/wallet/internal/domain"
)

// Config is the configuration of payments.
type Config struct {
	// RecordTimeout bounds storing what the provider has already done. It applies instead of the deadline of the request.
	RecordTimeout time.Duration `env:"PAYMENT_RECORD_TIMEOUT" default:"5s"`
}

// Validate refuses a timeout that is not positive.
func (c *Config) Validate() error {
	if c.RecordTimeout <= 0 {
		return errors.New("PAYMENT_RECORD_TIMEOUT must be positive")
	}
	return nil
}

// Engine changes payments. It is safe for concurrent use.
type Engine struct {
	cfg      Config
	provider Provider
	tx       Transactor
	payments domain.PaymentRepository
	wallets  domain.WalletRepository
	events   EventPublisher
	metrics  Metrics
	now      clock.Clock
}

// NewEngine returns an Engine.
func NewEngine(
	cfg Config, provider Provider, tx Transactor, payments domain.PaymentRepository, wallets domain.WalletRepository,
	events EventPublisher, metrics Metrics, now clock.Clock,
) *Engine {
	return &Engine{
		cfg: cfg, provider: provider, tx: tx, payments: payments, wallets: wallets, events: events, metrics: metrics, now: now,
	}
}

// Charge charges the card of a Pending payment and returns the payment in its new state. Aborted means that the outcome is unknown,
// Unavailable that the provider was not called; calling again is safe.
func (e *Engine) Charge(ctx context.Context, p *domain.Payment, source string) (*domain.Payment, error) {
	return e.recordCharge(ctx, p, e.measure(ctx, opCharge, func() error { return e.provider.Charge(ctx, p, source) }))
}

// Find asks the provider for the outcome of the charge of a Pending payment that no client repeats any more. An unknown charge is voided,
// because it may still arrive.
func (e *Engine) Find(ctx context.Context, p *domain.Payment) (*domain.Payment, error) {
	err := e.measure(ctx, opFind, func() error { return e.provider.Find(ctx, p) })
	if errors.Is(err, ErrNoCharge) {
		return e.Void(ctx, p, domain.PaymentFailure{Code: domain.FailureAbandoned, Reason: "the payment was interrupted and has been cancelled"})
	}
	return e.recordCharge(ctx, p, err)
}

func (e *Engine) recordCharge(ctx context.Context, p *domain.Payment, answer error) (*domain.Payment, error) {
	var refusal *Refusal
	switch {
	case answer == nil:
		return e.record(ctx, p.ID(), (*domain.Payment).MarkCharged)
	case !errors.As(answer, &refusal):
		return nil, uncertain(answer)
	case refusal.Voided:
		return e.Void(ctx, p, domain.PaymentFailure{Code: domain.FailureAbandoned, Reason: refusal.Reason})
	default:
		return e.record(ctx, p.ID(), func(p *domain.Payment, now time.Time) error { return p.Decline(refusal.Reason, now) })
	}
}

// Void decides, unless another outcome was stored before, that no money may come in, and then voids the charge. The decision is stored
// first, so that the money is not booked meanwhile.
func (e *Engine) Void(ctx context.Context, p *domain.Payment, failure domain.PaymentFailure) (*domain.Payment, error) {
	p, err := e.record(ctx, p.ID(), func(p *domain.Payment, now time.Time) error { return p.StartVoid(failure, now) })
	if err != nil || p.Status() != domain.PaymentVoiding {
		return p, err
	}
	if err := e.measure(ctx, opVoid, func() error { return e.provider.Void(ctx, p) }); err != nil {
		return p, uncertain(err)
	}
	return e.record(ctx, p.ID(), (*domain.Payment).MarkVoided)
}

// record loads the payment, changes it and stores it in one transaction, and returns its new state. If its status no longer allows the
// change, nothing is stored and the returned payment shows what another worker has stored. record ignores the end of the request, because
// what it stores has already happened.
func (e *Engine) record(ctx context.Context, id string, change func(*domain.Payment, time.Time) error) (p *domain.Payment, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.RecordTimeout)
	defer cancel()
	err = e.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if p, err = e.payments.Lock(ctx, id); err != nil {
			return err
		}
		err = change(p, e.now())
		if errors.Is(err, domain.ErrInvalidTransition) {
			return nil
		}
		if err != nil {
			return err
		}
		return e.store(ctx, p)
	})
	if err != nil {
		return nil, fmt.Errorf("record payment %s: %w", id, err)
	}
	return p, nil
}

func (e *Engine) store(ctx context.Context, p *domain.Payment) error {
	if err := e.payments.Update(ctx, p); err != nil {
		return err
	}
	return e.events.Publish(ctx, p.Events()...)
}

// uncertain is the error of a call whose outcome is unknown. A call that was not made is Unavailable: it may be repeated like any other.
func uncertain(cause error) error {
	if errs.CodeOf(cause) == errs.Unavailable {
		return cause
	}
	return errs.Wrap(cause, errs.Aborted, "PAYMENT_UNCERTAIN", "the payment provider has not answered, repeat the request with the same key")
}
