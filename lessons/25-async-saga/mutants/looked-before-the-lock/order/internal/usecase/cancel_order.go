package usecase

import (
	"context"
	"errors"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
)

func (u *CancelOrder) cancel(ctx context.Context, caller dto.Caller, id string) (*domain.Order, error) {
	order, err := loadFor(ctx, u.orders, caller, id)
	if err != nil {
		return nil, err
	}
	if order.Status() != domain.StatusPending && order.Status() != domain.StatusConfirmed {
		s, err := u.open.Lock(ctx, id)
		switch {
		case errors.Is(err, saga.ErrNotFound):
			return u.cancelPaid(ctx, caller, id)
		case err != nil:
			return nil, err
		case s.Type == saga.ShipOrder:
			return nil, notCancellable(nil, s.Order)
		}
		return s.Order, nil
	}
	s, err := u.open.Lock(ctx, id)
	if errors.Is(err, saga.ErrNotFound) {
		return nil, notCancellable(err, order)
	}
	if err != nil || s.Status != saga.Running {
		return order, err
	}
	return s.Order, u.sagas.Undo(ctx, s, cancellation(caller, s.Order))
}
