package grpc

import (
	orderv1 "shop/gen/order/v1"
	"shop/platform/overload"
)

// priorities say what is refused first under overload.
func priorities() map[string]overload.Priority {
	return map[string]overload.Priority{
		orderv1.OrderService_CancelOrder_FullMethodName:     overload.High,
		orderv1.OrderService_ListOrders_FullMethodName:      overload.Low,
		orderv1.OrderService_ListAllOrders_FullMethodName:   overload.Low,
		orderv1.OrderService_BatchGetOrders_FullMethodName:  overload.Low,
		orderv1.JobService_BackfillJob_FullMethodName:       overload.Low,
		orderv1.JobService_ListJobExecutions_FullMethodName: overload.Low,
	}
}
