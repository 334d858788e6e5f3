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
	for version := int64(0); ; {
		order, err := u.get.Execute(ctx, caller, id)
		if err != nil {
			return err
		}
		if order.Version != version {
			version = order.Version
			if err := send(order); err != nil {
				return err
			}
		}
		if domain.OrderStatus(order.Status).IsFinal() {
			return nil
		}
		time.Sleep(u.cfg.Interval)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
