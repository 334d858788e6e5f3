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

// recordTimeout bounds the writing down of what has happened already.
const recordTimeout = 5 * time.Second

// Change moves a payment on, and does in the same transaction whatever else makes that true.
type Change func(ctx context.Context, p *domain.Payment, now time.Time) error

// Record loads the payment, changes it and stores it, in one transaction, and returns it as it is then. When its status does not allow the
// change any more, somebody else was there first: nothing is changed, and the payment says what he made of it. Record does not end with
// the request: what it writes down has happened. A change may lock the wallet of the payment: who locks the two the other way round does
// so only while the payment is booked, when no change wants the wallet.
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
