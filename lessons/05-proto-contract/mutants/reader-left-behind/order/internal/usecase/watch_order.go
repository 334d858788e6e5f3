package usecase

import (
	"context"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	type read struct {
		order query.Order
		err   error
	}
	reads := make(chan read)
	go func() {
		for {
			order, err := u.get.Execute(context.WithoutCancel(ctx), caller, id)
			reads <- read{order, err}
			if err != nil || domain.OrderStatus(order.Status).IsFinal() {
				return
			}
			time.Sleep(u.cfg.Interval)
		}
	}()
	for version := int64(0); ; {
		select {
		case r := <-reads:
			if r.err != nil {
				return r.err
			}
			if r.order.Version != version {
				version = r.order.Version
				if err := send(r.order); err != nil {
					return err
				}
			}
			if domain.OrderStatus(r.order.Status).IsFinal() {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
