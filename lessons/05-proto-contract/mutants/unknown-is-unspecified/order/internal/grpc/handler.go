package grpc

import (
	"google.golang.org/grpc"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/query"
)

// WatchOrder streams an order of the caller, or any for an admin.
func (h *Handler) WatchOrder(req *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	ctx := stream.Context()
	return h.watch.Execute(ctx, caller(ctx), req.GetId(), func(order query.Order) error {
		shown := fromOrder(order)
		if _, ok := orderv1.OrderStatus_name[int32(shown.GetStatus())]; !ok {
			shown.Status = orderv1.OrderStatus_ORDER_STATUS_UNSPECIFIED
		}
		return stream.Send(&orderv1.WatchOrderResponse{Order: shown})
	})
}
