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
	_, err := u.step(ctx, caller, id, 0, send)
	return err
}

// step reads once, and goes on with the next step unless the watch has ended.
//
//stagecraft:add
func (u *WatchOrder) step(
	ctx context.Context, caller dto.Caller, id string, seen int64, send func(query.Order) error,
) (last int64, err error) {
	for next := time.Now(); ; next = next.Add(u.cfg.Interval) {
		if err := until(ctx, next); err != nil {
			return seen, err
		}
		if late := time.Since(next); late > u.cfg.Interval {
			next = next.Add(late.Truncate(u.cfg.Interval))
		}
		order, err := u.get.Execute(ctx, caller, id)
		switch {
		case err != nil:
			return seen, err
		case order.Version == seen:
		default:
			seen = order.Version
			if err := send(order); err != nil {
				return seen, err
			}
		}
		switch domain.OrderStatus(order.Status) {
		case domain.StatusShipped, domain.StatusCancelled:
			return seen, nil
		}
	}
}

// until waits for the time, or for the end of the context.
//
//stagecraft:add
func until(ctx context.Context, at time.Time) error {
	wait, cancel := context.WithDeadline(ctx, at)
	defer cancel()
	<-wait.Done()
	return ctx.Err()
}
