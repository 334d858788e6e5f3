package usecase

import (
	"context"
	"errors"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
)

// loadFor returns the order, if the caller may see it.
func loadFor(ctx context.Context, orders domain.OrderRepository, caller dto.Caller, id string) (*domain.Order, error) {
	order, err := orders.Get(ctx, id)
	switch {
	case errors.Is(err, domain.ErrOrderNotFound):
		return nil, notFound(err, id)
	case err != nil:
		return nil, err
	case caller.Admin, caller.UserID != "" && caller.UserID == order.BuyerID():
		return order, nil
	default:
		return nil, notFound(domain.ErrOrderNotFound, id)
	}
}
