package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shop/wallet/internal/domain"
)

func (e *Engine) record(ctx context.Context, id string, change func(*domain.Payment, time.Time) error) (p *domain.Payment, err error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
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
