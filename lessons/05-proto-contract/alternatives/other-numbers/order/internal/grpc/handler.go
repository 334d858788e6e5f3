package grpc

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase/dto"
)

// CreateOrder buys for the caller: whose money it is comes from the token, never from the request.
func (h *Handler) CreateOrder(ctx context.Context, req *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
	in := dto.CreateOrder{BuyerID: caller(ctx).UserID, IdempotencyKey: req.GetIdempotencyKey(), Items: toItems(req.GetItems())}
	if req.ExpectedTotal != nil {
		in.ExpectedTotal = &dto.Money{MinorUnits: req.ExpectedTotal.MinorUnits, Currency: req.ExpectedTotal.Currency}
	}
	created, err := h.create.Execute(ctx, in)
	if err != nil {
		return nil, err
	}
	return &orderv1.CreateOrderResponse{Order: fromOrder(created.Order), Replayed: created.Replayed}, nil
}
