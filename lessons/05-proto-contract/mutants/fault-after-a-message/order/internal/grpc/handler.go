package grpc

import (
	"google.golang.org/grpc"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/query"
	"shop/platform/errs"
)

// WatchOrder streams an order of the caller, or any for an admin.
func (h *Handler) WatchOrder(req *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	ctx, sent := stream.Context(), false
	err := h.watch.Execute(ctx, caller(ctx), req.GetId(), func(order query.Order) error {
		err := stream.Send(&orderv1.WatchOrderResponse{Order: fromOrder(order)})
		sent = sent || err == nil
		return err
	})
	if sent && errs.CodeOf(err) == errs.Unavailable {
		return nil
	}
	return err
}
