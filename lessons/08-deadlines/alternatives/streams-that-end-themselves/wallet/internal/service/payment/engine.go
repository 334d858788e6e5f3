package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shop/wallet/internal/domain"
)

func (e *Engine) record(ctx context.Context, id string, change func(*domain.Payment, time.Time) error) (p *domain.Payment, err error) {
	timeout := e.cfg.RecordTimeout
	ctx, cancel := context.WithTimeout(&valuesOf{ctx}, timeout)
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

//stagecraft:add
type valuesOf struct{ request context.Context }

//stagecraft:add
func (valuesOf) Deadline() (time.Time, bool) { return time.Time{}, false }

//stagecraft:add
func (valuesOf) Done() <-chan struct{} { return nil }

//stagecraft:add
func (valuesOf) Err() error { return nil }

//stagecraft:add
func (v valuesOf) Value(key any) any { return v.request.Value(key) }
