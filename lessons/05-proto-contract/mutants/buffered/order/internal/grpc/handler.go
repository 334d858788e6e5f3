package grpc

import (
	"google.golang.org/grpc"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/query"
)

// WatchOrder streams an order of the caller, or any for an admin.
func (h *Handler) WatchOrder(req *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	ctx := stream.Context()
	queue, sent := make(chan query.Order, 1024), make(chan error, 1)
	go func() {
		for order := range queue {
			if err := stream.Send(&orderv1.WatchOrderResponse{Order: fromOrder(order)}); err != nil {
				sent <- err
				for range queue {
				}
				return
			}
		}
		sent <- nil
	}()
	err := h.watch.Execute(ctx, caller(ctx), req.GetId(), func(order query.Order) error {
		select {
		case err := <-sent:
			sent <- err
			return err
		case queue <- order:
			return nil
		}
	})
	close(queue)
	if failed := <-sent; failed != nil {
		return failed
	}
	return err
}
