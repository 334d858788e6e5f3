package usecase

import (
	"context"
	"errors"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
)

// cancel checks the owner with the order itself, after the lock.
func (u *CancelOrder) cancel(ctx context.Context, caller dto.Caller, id string) (*domain.Order, error) {
	s, err := u.open.Lock(ctx, id)
	if err != nil && !errors.Is(err, saga.ErrNotFound) {
		return nil, err
	}
	order, failure := loadFor(ctx, u.orders, caller, id)
	if failure != nil {
		return nil, failure
	}
	if err != nil {
		return u.cancelPaid(ctx, caller, id)
	}
	if order.Status() == domain.StatusShipped {
		return nil, notCancellable(nil, order)
	}
	if s.Type != saga.CreateOrder || s.Status != saga.Running {
		return order, nil
	}
	return order, u.sagas.Undo(ctx, s, cancellation(caller, order))
}
