package usecase

import (
	"context"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
)

// loadFor returns the order, to be changed, if the caller may do so. An order of another user is NotFound too.
func loadFor(ctx context.Context, orders domain.OrderRepository, caller dto.Caller, id string) (*domain.Order, error) {
	// TODO: whose order is it?
	return orders.Get(ctx, id)
}
