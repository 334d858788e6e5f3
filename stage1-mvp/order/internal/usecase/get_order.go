package usecase

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
)

// GetOrder shows one order to those who may see it.
type GetOrder struct{ orders domain.OrderRepository }

// NewGetOrder returns the use case.
func NewGetOrder(orders domain.OrderRepository) *GetOrder { return &GetOrder{orders: orders} }

// Execute returns the order. Somebody else's is NotFound too: that it exists is nobody's business.
func (u *GetOrder) Execute(ctx context.Context, caller dto.Caller, id string) (dto.Order, error) {
	id, err := orderID(id)
	if err != nil {
		return dto.Order{}, err
	}
	order, err := visible(ctx, u.orders, caller, id)
	if err != nil {
		return dto.Order{}, fmt.Errorf("show order: %w", err)
	}
	return dto.FromOrder(order), nil
}
