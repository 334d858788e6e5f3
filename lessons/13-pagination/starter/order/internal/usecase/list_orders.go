package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/usecase/dto"
)

// Execute returns a page, newest first.
func (u *ListOrders) Execute(ctx context.Context, in dto.ListOrders) (dto.OrderPage, error) {
	// TODO: the page after in.Cursor, its size, and the cursor of the next page.
	orders, err := u.orders.OrdersOf(ctx, in.Caller.UserID, nil, 20)
	if err != nil {
		return dto.OrderPage{}, fmt.Errorf("show orders: %w", err)
	}
	return dto.OrderPage{Orders: orders}, nil
}
