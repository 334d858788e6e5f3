package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// ListAllOrders shows admins the orders of all buyers, in numbered pages. It reads the read model, which may be a moment behind.
type ListAllOrders struct{ orders query.ReadModel }

// NewListAllOrders returns the use case.
func NewListAllOrders(orders query.ReadModel) *ListAllOrders {
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
	orders, err := u.orders.AllOrders(ctx, query.Page{Sort: in.Sort, Status: in.Status, Offset: (number - 1) * size, Limit: size})
	if err != nil {
		return dto.NumberedPage{}, fmt.Errorf("show all orders: %w", err)
	}
	total, err := u.orders.CountOrders(ctx, in.Status)
	if err != nil {
		return dto.NumberedPage{}, fmt.Errorf("show all orders: %w", err)
	}
	return dto.NumberedPage{Orders: orders, Number: number, Size: size, Total: total}, nil
}
