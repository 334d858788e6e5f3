// Package payment does the part of a payment that involves the provider: it calls the provider, and stores the result. Nothing here depends
// on who calls, how often, or how many do so at once: each step may be repeated, and the status of the payment decides between callers who
// want different things.
package payment

import (
	"context"
	"errors"
	"time"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Engine takes payments from one status to the next. It is safe for concurrent use.
type Engine struct {
	provider Provider
	tx       Transactor
	payments domain.PaymentRepository
	metrics  Metrics
	now      clock.Clock
}

// NewEngine returns an engine.
func NewEngine(
	provider Provider, tx Transactor, payments domain.PaymentRepository, metrics Metrics, now clock.Clock,
) *Engine {
	return &Engine{provider: provider, tx: tx, payments: payments, metrics: metrics, now: now}
}

// Charge charges the card of a Pending payment and returns the payment in its new state. Aborted means that nobody knows whether the card
// was charged; calling again is safe.
func (e *Engine) Charge(ctx context.Context, p *domain.Payment, source string) (*domain.Payment, error) {
	return e.recordCharge(ctx, p, e.call(ctx, opCharge, func() error { return e.provider.Charge(ctx, p, source) }))
}

// Ask finds out what became of the charge of a Pending payment that no client is repeating any more. A charge that the provider has never
// heard of is voided, because it may still be on its way.
func (e *Engine) Ask(ctx context.Context, p *domain.Payment) (*domain.Payment, error) {
	err := e.call(ctx, opFind, func() error { return e.provider.Find(ctx, p) })
	if errors.Is(err, ErrNoCharge) {
		return e.Void(ctx, p, domain.PaymentFailure{Code: domain.FailureAbandoned, Reason: "the payment was interrupted and has been cancelled"})
	}
	return e.recordCharge(ctx, p, err)
}

func (e *Engine) recordCharge(ctx context.Context, p *domain.Payment, answer error) (*domain.Payment, error) {
	var refusal *Refusal
	switch {
	case answer == nil:
		return e.Record(ctx, p.ID(), func(_ context.Context, p *domain.Payment, now time.Time) error { return p.MarkCharged(now) })
	case !errors.As(answer, &refusal):
		return nil, uncertain(answer)
	case refusal.Voided:
		return e.Void(ctx, p, domain.PaymentFailure{Code: domain.FailureAbandoned, Reason: refusal.Reason})
	default:
		return e.Record(ctx, p.ID(), func(_ context.Context, p *domain.Payment, now time.Time) error { return p.Decline(refusal.Reason, now) })
	}
}

// Void decides, unless something else was decided before, that no money may come in, and then takes the charge back. The decision is stored
// first, so that nobody books what is being taken back.
func (e *Engine) Void(ctx context.Context, p *domain.Payment, failure domain.PaymentFailure) (*domain.Payment, error) {
	p, err := e.Record(ctx, p.ID(), func(_ context.Context, p *domain.Payment, now time.Time) error { return p.StartVoid(failure, now) })
	if err != nil || p.Status() != domain.PaymentVoiding {
		return p, err
	}
	if err := e.call(ctx, opVoid, func() error { return e.provider.Void(ctx, p) }); err != nil {
		return p, uncertain(err)
	}
	return e.Record(ctx, p.ID(), func(_ context.Context, p *domain.Payment, now time.Time) error { return p.MarkVoided(now) })
}

// GiveBack asks the provider to return the money of a Refunding payment to the card. It stores nothing. The error is a *Refusal, or Aborted
// when nobody knows whether it happened.
func (e *Engine) GiveBack(ctx context.Context, p *domain.Payment) error {
	err := e.call(ctx, opRefund, func() error { return e.provider.Refund(ctx, p) })
	var refusal *Refusal
	if err == nil || errors.As(err, &refusal) {
		return err
	}
	return uncertain(err)
}

func uncertain(cause error) error {
	return errs.Wrap(cause, errs.Aborted, "PAYMENT_UNCERTAIN", "the payment provider has not answered, repeat the request with the same key")
}
