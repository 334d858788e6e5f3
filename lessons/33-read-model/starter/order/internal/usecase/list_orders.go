package usecase

import (
	"context"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

func (u *ListOrders) lists(ctx context.Context, caller dto.Caller) query.Lists {
	// TODO: when does the read model lack what the caller has just written?
	return u.readModel
}
