package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// GetOrder shows one order.
type GetOrder struct{ orders query.QueryService }

// NewGetOrder returns the use case.
func NewGetOrder(orders query.QueryService) *GetOrder { return &GetOrder{orders: orders} }

// Execute returns the order. An order of another user is NotFound too, so that its existence stays private.
func (u *GetOrder) Execute(ctx context.Context, caller dto.Caller, id string) (query.Order, error) {
	id, err := orderID(id)
	if err != nil {
		return query.Order{}, err
	}
	found, err := u.orders.Orders(ctx, id)
	if err != nil {
		return query.Order{}, fmt.Errorf("show order: %w", err)
	}
	if len(found) == 0 || !caller.MayAccess(found[0].BuyerID) {
		return query.Order{}, notFound(nil, id)
	}
	return found[0], nil
}
