package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shop/wallet/internal/domain"
)

// record loads the payment, changes it and stores it in one transaction, and returns its new state. If its status no longer allows the
// change, nothing is stored and the returned payment shows what another worker has stored.
func (e *Engine) record(ctx context.Context, id string, change func(*domain.Payment, time.Time) error) (p *domain.Payment, err error) {
	// TODO: what is stored here has already happened. Whose time is it?
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
