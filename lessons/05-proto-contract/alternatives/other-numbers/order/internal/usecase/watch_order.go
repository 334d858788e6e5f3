package usecase

import (
	"context"
	"fmt"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	watched := &watched{send: send}
	for {
		if done, err := watched.show(u.get.Execute(ctx, caller, id)); done || err != nil {
			return err
		}
		timer := time.NewTimer(u.cfg.Interval)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// watched remembers what a client has got.
//
//stagecraft:add
type watched struct {
	last *int64
	send func(query.Order) error
}

//stagecraft:add
func (w *watched) show(order query.Order, err error) (done bool, _ error) {
	if err != nil {
		return false, err
	}
	if w.last == nil || *w.last != order.Version {
		if err := w.send(order); err != nil {
			return false, fmt.Errorf("send version %d: %w", order.Version, err)
		}
		w.last = &order.Version
	}
	return domain.OrderStatus(order.Status).IsFinal(), nil
}
