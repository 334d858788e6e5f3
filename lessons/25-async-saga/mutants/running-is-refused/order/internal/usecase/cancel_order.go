package usecase

import (
	"context"
	"errors"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase/dto"
)

func (u *CancelOrder) cancel(ctx context.Context, caller dto.Caller, id string) (*domain.Order, error) {
	s, err := u.open.Lock(ctx, id)
	if errors.Is(err, saga.ErrNotFound) {
		return u.cancelPaid(ctx, caller, id)
	}
	if err != nil {
		return nil, err
	}
	if !caller.MayAccess(s.Order.BuyerID()) {
		return nil, notFound(nil, id)
	}
	if s.Status == saga.Running {
		return nil, notCancellable(nil, s.Order)
	}
	return s.Order, nil
}
