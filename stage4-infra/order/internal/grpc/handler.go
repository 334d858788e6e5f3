// Package grpc serves the use cases as order.v1.OrderService and order.v1.JobService. It only translates: errors are mapped in one place,
// by the server.
package grpc

import (
	"context"
	"maps"

	"google.golang.org/grpc"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/auth"
)

// Handler implements orderv1.OrderServiceServer.
type Handler struct {
	orderv1.UnimplementedOrderServiceServer
	create      *usecase.CreateOrder
	get         *usecase.GetOrder
	list        *usecase.ListOrders
	watch       *usecase.WatchOrder
	cancel      *usecase.CancelOrder
	ship        *usecase.ShipOrder
	batchGet    *usecase.BatchGetOrders
	batchCancel *usecase.BatchCancelOrders
	listAll     *usecase.ListAllOrders
}

// NewHandler returns a handler for the use cases.
func NewHandler(
	create *usecase.CreateOrder, get *usecase.GetOrder, list *usecase.ListOrders, watch *usecase.WatchOrder, cancel *usecase.CancelOrder,
	ship *usecase.ShipOrder, batchGet *usecase.BatchGetOrders, batchCancel *usecase.BatchCancelOrders, listAll *usecase.ListAllOrders,
) *Handler {
	return &Handler{
		create: create, get: get, list: list, watch: watch, cancel: cancel, ship: ship, batchGet: batchGet, batchCancel: batchCancel,
		listAll: listAll,
	}
}

// Rules say which roles may call which method. A method without a rule is denied; the use cases check whose order it is.
func Rules() auth.Rules {
	rules := auth.Rules{
		orderv1.OrderService_CreateOrder_FullMethodName:       {auth.Customer},
		orderv1.OrderService_GetOrder_FullMethodName:          {auth.Customer, auth.Admin},
		orderv1.OrderService_ListOrders_FullMethodName:        {auth.Customer, auth.Admin},
		orderv1.OrderService_WatchOrder_FullMethodName:        {auth.Customer, auth.Admin},
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
func (h *Handler) CreateOrder(ctx context.Context, req *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
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

// GetOrder returns an order of the caller, or any for an admin.
func (h *Handler) GetOrder(ctx context.Context, req *orderv1.GetOrderRequest) (*orderv1.GetOrderResponse, error) {
	order, err := h.get.Execute(ctx, caller(ctx), req.GetId())
	if err != nil {
		return nil, err
	}
	return &orderv1.GetOrderResponse{Order: fromOrder(order)}, nil
}

// ListOrders returns a page of the caller's orders.
func (h *Handler) ListOrders(ctx context.Context, req *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
	page, err := h.list.Execute(ctx, dto.ListOrders{Caller: caller(ctx), Size: req.GetPageSize(), Cursor: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &orderv1.ListOrdersResponse{Orders: fromListed(page.Orders), NextPageToken: page.Next}, nil
}

// WatchOrder streams an order of the caller, or any for an admin.
func (h *Handler) WatchOrder(req *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	ctx := stream.Context()
	return h.watch.Execute(ctx, caller(ctx), req.GetId(), func(order query.Order) error {
		return stream.Send(&orderv1.WatchOrderResponse{Order: fromOrder(order)})
	})
}

// CancelOrder cancels an order of the caller, or any for an admin.
func (h *Handler) CancelOrder(ctx context.Context, req *orderv1.CancelOrderRequest) (*orderv1.CancelOrderResponse, error) {
	cancelled, err := h.cancel.Execute(ctx, dto.CancelOrder{
		Caller: caller(ctx), ID: req.GetId(), IdempotencyKey: req.GetIdempotencyKey(),
	})
	if err != nil {
		return nil, err
	}
	return &orderv1.CancelOrderResponse{Order: fromOrder(cancelled.Order), Replayed: cancelled.Replayed}, nil
}

// ShipOrder ships an order of any buyer.
func (h *Handler) ShipOrder(ctx context.Context, req *orderv1.ShipOrderRequest) (*orderv1.ShipOrderResponse, error) {
	shipped, err := h.ship.Execute(ctx, caller(ctx), req.GetId())
	if err != nil {
		return nil, err
	}
	return &orderv1.ShipOrderResponse{Order: fromOrder(shipped.Order)}, nil
}

// BatchGetOrders returns orders of the caller, or any for an admin.
func (h *Handler) BatchGetOrders(ctx context.Context, req *orderv1.BatchGetOrdersRequest) (*orderv1.BatchGetOrdersResponse, error) {
	results, err := h.batchGet.Execute(ctx, caller(ctx), req.GetIds())
	if err != nil {
		return nil, err
	}
	return &orderv1.BatchGetOrdersResponse{Results: fromResults(results)}, nil
}

// BatchCancelOrders cancels orders of the caller, or any for an admin.
func (h *Handler) BatchCancelOrders(
	ctx context.Context, req *orderv1.BatchCancelOrdersRequest,
) (*orderv1.BatchCancelOrdersResponse, error) {
	results, err := h.batchCancel.Execute(ctx, dto.BatchCancel{
		Caller: caller(ctx), IDs: req.GetIds(), IdempotencyKey: req.GetIdempotencyKey(),
	})
	if err != nil {
		return nil, err
	}
	return &orderv1.BatchCancelOrdersResponse{Results: fromResults(results)}, nil
}

// ListAllOrders returns a page of the orders of all buyers.
func (h *Handler) ListAllOrders(ctx context.Context, req *orderv1.ListAllOrdersRequest) (*orderv1.ListAllOrdersResponse, error) {
	sort, err := toSort(req.GetSortBy())
	if err != nil {
		return nil, err
	}
	page, err := h.listAll.Execute(ctx, dto.ListAllOrders{
		Page: req.GetPage(), Size: req.GetPageSize(), Sort: sort, Status: domain.OrderStatus(req.GetStatus()),
	})
	if err != nil {
		return nil, err
	}
	return &orderv1.ListAllOrdersResponse{
		Orders: fromListed(page.Orders), Page: int32(page.Number), PageSize: int32(page.Size), Total: page.Total,
	}, nil
}

// caller is empty when the method is public, which none here is.
func caller(ctx context.Context) dto.Caller {
	p, _ := auth.FromContext(ctx)
	return dto.Caller{UserID: p.UserID(), Admin: p.Has(auth.Admin)}
}
