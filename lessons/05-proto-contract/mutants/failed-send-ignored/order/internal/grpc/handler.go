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
		_ = stream.Send(&orderv1.WatchOrderResponse{Order: fromOrder(order)})
		return nil
	})
}
