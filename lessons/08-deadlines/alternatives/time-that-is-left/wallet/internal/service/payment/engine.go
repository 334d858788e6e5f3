package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shop/wallet/internal/domain"
)

func (e *Engine) record(ctx context.Context, id string, change func(*domain.Payment, time.Time) error) (p *domain.Payment, err error) {
	err = e.inOwnTime(ctx, func(ctx context.Context) (err error) {
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

//stagecraft:add
func (e *Engine) inOwnTime(ctx context.Context, fn func(ctx context.Context) error) error {
	own, cancel := context.WithDeadlineCause(context.WithoutCancel(ctx), time.Now().Add(e.cfg.RecordTimeout), errors.New("the database does not answer"))
	defer cancel()
	return e.tx.WithTx(own, fn)
}
