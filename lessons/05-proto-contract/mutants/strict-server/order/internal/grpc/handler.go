package grpc

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// CreateOrder buys for the caller: whose money it is comes from the token, never from the request.
func (h *Handler) CreateOrder(ctx context.Context, req *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
	if len(req.ProtoReflect().GetUnknown()) > 0 {
		return nil, errs.New(errs.InvalidInput, "UNKNOWN_FIELD", "the request has fields that are not known")
	}
	created, err := h.create.Execute(ctx, dto.CreateOrder{
		BuyerID:        caller(ctx).UserID,
		IdempotencyKey: req.GetIdempotencyKey(),
		Items:          toItems(req.GetItems()),
		ExpectedTotal:  toMoney(req.GetExpectedTotal()),
	})
	if err != nil {
		return nil, err
	}
	return &orderv1.CreateOrderResponse{Order: fromOrder(created.Order), Replayed: created.Replayed}, nil
}
