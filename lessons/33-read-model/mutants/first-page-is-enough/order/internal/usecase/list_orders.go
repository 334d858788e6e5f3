package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/pagination"
)

func (u *ListOrders) Execute(ctx context.Context, in dto.ListOrders) (dto.OrderPage, error) {
	scope := "orders sort=created_at,id:desc buyer=" + in.Caller.UserID
	after, err := pagination.Place[query.Position](u.cursors, scope, in.Cursor)
	if err != nil {
		return dto.OrderPage{}, err
	}
	size := pagination.Size(in.Size)
	orders, err := u.lists(ctx, in.Caller, in.Cursor).OrdersOf(ctx, in.Caller.UserID, after, size+1)
	if err != nil {
		return dto.OrderPage{}, fmt.Errorf("show orders: %w", err)
	}
	var page dto.OrderPage
	if len(orders) > size {
		orders = orders[:size]
		last := orders[size-1]
		if page.Next, err = u.cursors.Encode(scope, query.Position{CreatedAt: last.CreatedAt, ID: last.ID}); err != nil {
			return dto.OrderPage{}, err
		}
	}
	page.Orders = orders
	return page, nil
}

func (u *ListOrders) lists(ctx context.Context, caller dto.Caller, cursor string) query.Lists {
	if cursor == "" && u.written.Recently(ctx, caller.UserID) {
		return u.orders
	}
	return u.readModel
}
