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
		orderv1.OrderService_GetOrder_FullMethodName:          {auth.Public},
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
