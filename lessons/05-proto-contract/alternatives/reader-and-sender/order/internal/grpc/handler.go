package grpc

import (
	"google.golang.org/grpc"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/query"
)

// WatchOrder streams an order of the caller, or any for an admin.
func (h *Handler) WatchOrder(req *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	response := new(orderv1.WatchOrderResponse)
	send := func(order query.Order) error {
		response.Order = fromOrder(order)
		return stream.SendMsg(response)
	}
	return h.watch.Execute(stream.Context(), caller(stream.Context()), req.GetId(), send)
}
