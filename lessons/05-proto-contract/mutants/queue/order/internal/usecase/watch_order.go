package usecase

import (
	"context"
	"sync"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	queue := make(chan query.Order, 1000)
	var reading sync.WaitGroup
	reading.Go(func() {
		ticker := time.NewTicker(u.cfg.Interval)
		defer ticker.Stop()
		defer close(queue)
		for version := int64(0); ; {
			order, err := u.get.Execute(ctx, caller, id)
			if err != nil {
				stop(err)
				return
			}
			if order.Version != version {
				version = order.Version
				queue <- order
			}
			if domain.OrderStatus(order.Status).IsFinal() {
				return
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	})
	defer reading.Wait()
	defer stop(nil)
	for {
		select {
		case order, ok := <-queue:
			if !ok {
				return context.Cause(ctx)
			}
			if err := send(order); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
