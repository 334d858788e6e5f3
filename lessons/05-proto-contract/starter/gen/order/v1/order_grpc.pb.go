package orderv1

import context "context"
import grpc "google.golang.org/grpc"
import codes "google.golang.org/grpc/codes"
import status "google.golang.org/grpc/status"

// OrderServiceClient is the client API for OrderService service.
//
// For semantics around ctx use and closing/ending streaming RPCs, please refer to https://pkg.go.dev/google.golang.org/grpc/?tab=doc#ClientConn.NewStream.
//
// OrderService sells stock for money: it owns orders and drives the saga that pays for them.
type OrderServiceClient interface {
	// CreateOrder runs the purchase to its end: the order that comes back is Paid, or the error says why it was cancelled.
	CreateOrder(ctx context.Context, in *CreateOrderRequest, opts ...grpc.CallOption) (*CreateOrderResponse, error)
	// GetOrder returns one order of the caller; an admin may read any.
	GetOrder(ctx context.Context, in *GetOrderRequest, opts ...grpc.CallOption) (*GetOrderResponse, error)
	// ListOrders returns the caller's orders, newest first.
	ListOrders(ctx context.Context, in *ListOrdersRequest, opts ...grpc.CallOption) (*ListOrdersResponse, error)
	// CancelOrder gives up a paid order of the caller and gives money and stock back; an admin may cancel any. An order that is
	// cancelled already, for whatever reason, is a success.
	CancelOrder(ctx context.Context, in *CancelOrderRequest, opts ...grpc.CallOption) (*CancelOrderResponse, error)
	// ShipOrder hands a paid order over to the carrier: its stock leaves, and it cannot be cancelled any more (warehouse, admin).
	ShipOrder(ctx context.Context, in *ShipOrderRequest, opts ...grpc.CallOption) (*ShipOrderResponse, error)
	// BatchGetOrders returns up to 100 orders, each with its own result, in the order of the request.
	BatchGetOrders(ctx context.Context, in *BatchGetOrdersRequest, opts ...grpc.CallOption) (*BatchGetOrdersResponse, error)
	// BatchCancelOrders cancels up to 50 orders, each on its own and with its own result, in the order of the request.
	BatchCancelOrders(ctx context.Context, in *BatchCancelOrdersRequest, opts ...grpc.CallOption) (*BatchCancelOrdersResponse, error)
	// ListAllOrders returns a numbered page of the orders of all buyers; for admins.
	ListAllOrders(ctx context.Context, in *ListAllOrdersRequest, opts ...grpc.CallOption) (*ListAllOrdersResponse, error)
}

// OrderServiceServer is the server API for OrderService service.
// All implementations must embed UnimplementedOrderServiceServer
// for forward compatibility.
//
// OrderService sells stock for money: it owns orders and drives the saga that pays for them.
type OrderServiceServer interface {
	// CreateOrder runs the purchase to its end: the order that comes back is Paid, or the error says why it was cancelled.
	CreateOrder(context.Context, *CreateOrderRequest) (*CreateOrderResponse, error)
	// GetOrder returns one order of the caller; an admin may read any.
	GetOrder(context.Context, *GetOrderRequest) (*GetOrderResponse, error)
	// ListOrders returns the caller's orders, newest first.
	ListOrders(context.Context, *ListOrdersRequest) (*ListOrdersResponse, error)
	// CancelOrder gives up a paid order of the caller and gives money and stock back; an admin may cancel any. An order that is
	// cancelled already, for whatever reason, is a success.
	CancelOrder(context.Context, *CancelOrderRequest) (*CancelOrderResponse, error)
	// ShipOrder hands a paid order over to the carrier: its stock leaves, and it cannot be cancelled any more (warehouse, admin).
	ShipOrder(context.Context, *ShipOrderRequest) (*ShipOrderResponse, error)
	// BatchGetOrders returns up to 100 orders, each with its own result, in the order of the request.
	BatchGetOrders(context.Context, *BatchGetOrdersRequest) (*BatchGetOrdersResponse, error)
	// BatchCancelOrders cancels up to 50 orders, each on its own and with its own result, in the order of the request.
	BatchCancelOrders(context.Context, *BatchCancelOrdersRequest) (*BatchCancelOrdersResponse, error)
	// ListAllOrders returns a numbered page of the orders of all buyers; for admins.
	ListAllOrders(context.Context, *ListAllOrdersRequest) (*ListAllOrdersResponse, error)
	mustEmbedUnimplementedOrderServiceServer()
}

// OrderService_ServiceDesc is the grpc.ServiceDesc for OrderService service.
// It's only intended for direct use with grpc.RegisterService,
// and not to be introspected or modified (even as a copy)
var OrderService_ServiceDesc = grpc.ServiceDesc{
	ServiceName: "order.v1.OrderService",
	HandlerType: (*OrderServiceServer)(nil),
	Methods: []grpc.MethodDesc{
		{
			MethodName: "CreateOrder",
			Handler:    _OrderService_CreateOrder_Handler,
		},
		{
			MethodName: "GetOrder",
			Handler:    _OrderService_GetOrder_Handler,
		},
		{
			MethodName: "ListOrders",
			Handler:    _OrderService_ListOrders_Handler,
		},
		{
			MethodName: "CancelOrder",
			Handler:    _OrderService_CancelOrder_Handler,
		},
		{
			MethodName: "ShipOrder",
			Handler:    _OrderService_ShipOrder_Handler,
		},
		{
			MethodName: "BatchGetOrders",
			Handler:    _OrderService_BatchGetOrders_Handler,
		},
		{
			MethodName: "BatchCancelOrders",
			Handler:    _OrderService_BatchCancelOrders_Handler,
		},
		{
			MethodName: "ListAllOrders",
			Handler:    _OrderService_ListAllOrders_Handler,
		},
	},
	Streams:  []grpc.StreamDesc{},
	Metadata: "order/v1/order.proto",
}

//stagecraft:drop
func (c *orderServiceClient) WatchOrder(ctx context.Context, in *WatchOrderRequest, opts ...grpc.CallOption) (grpc.ServerStreamingClient[WatchOrderResponse], error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	stream, err := c.cc.NewStream(ctx, &OrderService_ServiceDesc.Streams[0], OrderService_WatchOrder_FullMethodName, cOpts...)
	if err != nil {
		return nil, err
	}
	x := &grpc.GenericClientStream[WatchOrderRequest, WatchOrderResponse]{ClientStream: stream}
	if err := x.ClientStream.SendMsg(in); err != nil {
		return nil, err
	}
	if err := x.ClientStream.CloseSend(); err != nil {
		return nil, err
	}
	return x, nil
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
//stagecraft:drop
type OrderService_WatchOrderClient = grpc.ServerStreamingClient[WatchOrderResponse]

//stagecraft:drop
func (UnimplementedOrderServiceServer) WatchOrder(*WatchOrderRequest, grpc.ServerStreamingServer[WatchOrderResponse]) error {
	return status.Error(codes.Unimplemented, "method WatchOrder not implemented")
}

//stagecraft:drop
func _OrderService_WatchOrder_Handler(srv interface{}, stream grpc.ServerStream) error {
	m := new(WatchOrderRequest)
	if err := stream.RecvMsg(m); err != nil {
		return err
	}
	return srv.(OrderServiceServer).WatchOrder(m, &grpc.GenericServerStream[WatchOrderRequest, WatchOrderResponse]{ServerStream: stream})
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
//stagecraft:drop
type OrderService_WatchOrderServer = grpc.ServerStreamingServer[WatchOrderResponse]
