package grpc

import (
	"context"
	"maps"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase/dto"
	"shop/platform/auth"
)

// Rules say which roles may call which method. A method without a rule is denied; the use cases check whose order it is.
// TODO: WatchOrder has no rule, and no handler.
func Rules() auth.Rules {
	rules := auth.Rules{
		orderv1.OrderService_CreateOrder_FullMethodName:       {auth.Customer},
		orderv1.OrderService_GetOrder_FullMethodName:          {auth.Customer, auth.Admin},
		orderv1.OrderService_ListOrders_FullMethodName:        {auth.Customer, auth.Admin},
		orderv1.OrderService_CancelOrder_FullMethodName:       {auth.Customer, auth.Admin},
		orderv1.OrderService_ShipOrder_FullMethodName:         {auth.Warehouse, auth.Admin},
		orderv1.OrderService_BatchGetOrders_FullMethodName:    {auth.Customer, auth.Admin},
		orderv1.OrderService_BatchCancelOrders_FullMethodName: {auth.Customer, auth.Admin},
		orderv1.OrderService_ListAllOrders_FullMethodName:     {auth.Admin},
	}
	maps.Copy(rules, jobRules())
	return rules
}

// CreateOrder buys for the caller: whose money it is comes from the token, never from the request.
// TODO: the use case does not get the expected total.
func (h *Handler) CreateOrder(ctx context.Context, req *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
	created, err := h.create.Execute(ctx, dto.CreateOrder{
		BuyerID:        caller(ctx).UserID,
		IdempotencyKey: req.GetIdempotencyKey(),
		Items:          toItems(req.GetItems()),
	})
	if err != nil {
		return nil, err
	}
	return &orderv1.CreateOrderResponse{Order: fromOrder(created.Order), Replayed: created.Replayed}, nil
}

// WatchOrder streams an order of the caller, or any for an admin.
//
//stagecraft:drop
func (h *Handler) WatchOrder(req *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	ctx := stream.Context()
	return h.watch.Execute(ctx, caller(ctx), req.GetId(), func(order query.Order) error {
		return stream.Send(&orderv1.WatchOrderResponse{Order: fromOrder(order)})
	})
}
