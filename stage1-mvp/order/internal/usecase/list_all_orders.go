package usecase

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/errs"
)

// ListAllOrders shows admins everybody's orders, in numbered pages.
type ListAllOrders struct{ orders domain.OrderRepository }

// NewListAllOrders returns the use case.
func NewListAllOrders(orders domain.OrderRepository) *ListAllOrders {
	return &ListAllOrders{orders: orders}
}

// Execute returns a page, which is empty beyond the last one. The page and the total are two queries: orders that arrive in between can
// make them differ.
func (u *ListAllOrders) Execute(ctx context.Context, in dto.ListAllOrders) (dto.NumberedPage, error) {
	if in.Status != domain.StatusUnspecified && !in.Status.IsValid() {
		return dto.NumberedPage{}, errs.New(errs.InvalidInput, "INVALID_STATUS", "there is no such status")
	}
	number, size, err := numberedPage(in.Page, in.Size)
	if err != nil {
		return dto.NumberedPage{}, err
	}
	orders, err := u.orders.ListAll(ctx, domain.Page{Sort: in.Sort, Status: in.Status, Offset: (number - 1) * size, Limit: size})
	if err != nil {
		return dto.NumberedPage{}, fmt.Errorf("show all orders: %w", err)
	}
	total, err := u.orders.CountAll(ctx, in.Status)
	if err != nil {
		return dto.NumberedPage{}, fmt.Errorf("show all orders: %w", err)
	}
	page := dto.NumberedPage{Number: number, Size: size, Total: total}
	for _, order := range orders {
		page.Orders = append(page.Orders, dto.FromOrder(order))
	}
	return page, nil
}
