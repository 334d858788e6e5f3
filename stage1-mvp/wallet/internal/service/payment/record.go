package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// recordTimeout bounds the storing of what has already happened.
const recordTimeout = 5 * time.Second

// Change moves a payment on, and makes in the same transaction every other change that belongs to it.
type Change func(ctx context.Context, p *domain.Payment, now time.Time) error

// Record loads the payment, changes it and stores it, in one transaction, and returns its new state. If its status no longer allows the
// change, somebody else was first: nothing is changed, and the returned payment shows what the other did. Record outlives the request,
// because what it stores has already happened.
//
// A change may lock the wallet of the payment. Code that locks the wallet first may then lock only a booked payment, for which no change
// locks the wallet.
func (e *Engine) Record(ctx context.Context, id string, change Change) (p *domain.Payment, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	err = e.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if p, err = e.payments.Lock(ctx, id); err != nil {
			return err
		}
		err = change(ctx, p, e.now())
		if errors.Is(err, domain.ErrInvalidTransition) {
			return nil
		}
		if err != nil {
			return err
		}
		return e.payments.Update(ctx, p)
	})
	if err != nil {
		return nil, fmt.Errorf("record payment %s: %w", id, err)
	}
	e.Announce(ctx, p)
	return p, nil
}

// Announce logs and counts what happened to a payment, once it is committed.
func (e *Engine) Announce(ctx context.Context, p *domain.Payment) {
	for _, event := range p.Events() {
		logging.From(ctx).Info("payment changed", logging.Event(event.EventType()), zap.Int("event_version", event.Version()),
			zap.String("payment_id", event.PaymentID),
			zap.String("user_id", event.UserID),
			zap.Int64("amount_minor", event.Amount.MinorUnits()),
			zap.String("currency", event.Amount.Currency()),
			zap.String("failure", string(p.Failure().Code)))
		e.metrics.PaymentChanged(event.EventType(), p.Failure().Code)
	}
	p.ClearEvents()
}
