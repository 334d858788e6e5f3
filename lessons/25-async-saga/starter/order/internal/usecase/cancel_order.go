package usecase

import (
	"context"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
)

// cancel returns the order as it is when the cancellation is accepted.
func (u *CancelOrder) cancel(ctx context.Context, caller dto.Caller, id string) (*domain.Order, error) {
	// TODO: what if the order has an open saga? A reply may be about to change both.
	return u.cancelPaid(ctx, caller, id)
}
