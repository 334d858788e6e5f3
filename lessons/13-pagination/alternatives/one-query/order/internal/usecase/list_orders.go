package usecase

import (
	"context"
	"fmt"
	"slices"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/pagination"
)

// Execute reads one row more than the page has, and lets it go.
func (u *ListOrders) Execute(ctx context.Context, in dto.ListOrders) (page dto.OrderPage, err error) {
	list := fmt.Sprintf("list=orders&owner=%q&by=created_at desc,id desc", in.Caller.UserID)
	var place *query.Position
	if in.Cursor != "" {
		place = new(query.Position)
		if err := u.cursors.Decode(list, in.Cursor, place); err != nil {
			return page, fmt.Errorf("cursor: %w", err)
		}
	}
	n := pagination.Size(in.Size)
	page.Orders, err = u.orders.OrdersOf(ctx, in.Caller.UserID, place, n+1)
	if err != nil || len(page.Orders) <= n {
		return page, err
	}
	page.Orders = slices.Delete(page.Orders, n, len(page.Orders))
	last := page.Orders[n-1]
	page.Next, err = u.cursors.Encode(list, query.Position{ID: last.ID, CreatedAt: last.CreatedAt})
	return page, err
}
