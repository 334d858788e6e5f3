package grpc

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase/dto"
)

// CreateOrder buys for the caller: whose money it is comes from the token, never from the request.
func (h *Handler) CreateOrder(ctx context.Context, req *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
	expected := dto.Money{MinorUnits: req.GetExpectedTotal().GetMinorUnits(), Currency: req.GetExpectedTotal().GetCurrency()}
	created, err := h.create.Execute(ctx, dto.CreateOrder{
		BuyerID:        caller(ctx).UserID,
		IdempotencyKey: req.GetIdempotencyKey(),
		Items:          toItems(req.GetItems()),
		ExpectedTotal:  &expected,
	})
	if err != nil {
		return nil, err
	}
	return &orderv1.CreateOrderResponse{Order: fromOrder(created.Order), Replayed: created.Replayed}, nil
}
