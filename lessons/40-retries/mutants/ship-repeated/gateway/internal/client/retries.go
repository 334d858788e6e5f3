package client

import (
	orderv1 "shop/gen/order/v1"
	"shop/platform/grpcclient"
)

var orderRetries = grpcclient.Methods{
	orderv1.OrderService_GetOrder_FullMethodName:          grpcclient.Repeat(read),
	orderv1.OrderService_ListOrders_FullMethodName:        grpcclient.Repeat(read),
	orderv1.OrderService_ListAllOrders_FullMethodName:     grpcclient.Repeat(read),
	orderv1.OrderService_BatchGetOrders_FullMethodName:    grpcclient.Repeat(read),
	orderv1.OrderService_CreateOrder_FullMethodName:       grpcclient.Repeat(keyed),
	orderv1.OrderService_BatchCancelOrders_FullMethodName: grpcclient.Repeat(keyed + ", for each order"),
	// The key is optional. Without one the state decides: an order that is cancelled already is a success.
	orderv1.OrderService_CancelOrder_FullMethodName:     grpcclient.Repeat(keyed + ", and without a key that of a cancelled order"),
	orderv1.OrderService_ShipOrder_FullMethodName:       grpcclient.Repeat("shipped is shipped"),
	orderv1.OrderService_WatchOrder_FullMethodName:      grpcclient.Once(reconnect),
	orderv1.JobService_GetJobExecution_FullMethodName:   grpcclient.Repeat(read),
	orderv1.JobService_ListJobExecutions_FullMethodName: grpcclient.Repeat(read),
	orderv1.JobService_RunJob_FullMethodName:            grpcclient.Once(noKey),
	orderv1.JobService_BackfillJob_FullMethodName:       grpcclient.Once(noKey),
}
