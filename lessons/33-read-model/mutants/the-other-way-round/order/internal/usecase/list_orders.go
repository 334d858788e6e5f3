package usecase

import (
	"context"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

func (u *ListOrders) lists(ctx context.Context, caller dto.Caller) query.Lists {
	if !u.written.Recently(ctx, caller.UserID) {
		return u.orders
	}
	return u.readModel
}
