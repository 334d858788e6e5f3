package usecase

import (
	"context"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

func (u *ListOrders) lists(ctx context.Context, caller dto.Caller) query.Lists {
	return map[bool]query.Lists{true: u.orders, false: u.readModel}[u.written.Recently(ctx, caller.UserID)]
}
