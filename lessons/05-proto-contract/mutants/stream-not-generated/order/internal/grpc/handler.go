package grpc

import (
	"maps"

	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
)

// Rules say which roles may call which method. A method without a rule is denied; the use cases check whose order it is.
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

// WatchOrder streams an order of the caller, or any for an admin.
//
//stagecraft:drop
func (h *Handler) WatchOrder(req *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	ctx := stream.Context()
	return h.watch.Execute(ctx, caller(ctx), req.GetId(), func(order query.Order) error {
		return stream.Send(&orderv1.WatchOrderResponse{Order: fromOrder(order)})
	})
}
