package client

import (
	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/grpcclient"
)

// Reasons that several methods have.
const (
	read      = "a read"
	keyed     = "a repetition with the same key gets the stored answer"
	noKey     = "the request has no key: a repetition can meet what others have changed since, and gets another answer"
	reconnect = "a stream: its client connects again by itself"
	sagaStep  = "a step of a saga, which the gateway never calls and the saga repeats"
)

// Each method of the services is in one of these tables. A new one is not repeated until it is put there.

var orderRetries = grpcclient.Methods{
	orderv1.OrderService_GetOrder_FullMethodName:          grpcclient.Repeat(read),
	orderv1.OrderService_ListOrders_FullMethodName:        grpcclient.Repeat(read),
	orderv1.OrderService_ListAllOrders_FullMethodName:     grpcclient.Repeat(read),
	orderv1.OrderService_BatchGetOrders_FullMethodName:    grpcclient.Repeat(read),
	orderv1.OrderService_CreateOrder_FullMethodName:       grpcclient.Repeat(keyed),
	orderv1.OrderService_BatchCancelOrders_FullMethodName: grpcclient.Repeat(keyed + ", for each order"),
	// The key is optional. Without one the state decides: an order that is cancelled already is a success.
	orderv1.OrderService_CancelOrder_FullMethodName:     grpcclient.Repeat(keyed + ", and without a key that of a cancelled order"),
	orderv1.OrderService_ShipOrder_FullMethodName:       grpcclient.Once(noKey),
	orderv1.OrderService_WatchOrder_FullMethodName:      grpcclient.Once(reconnect),
	orderv1.JobService_GetJobExecution_FullMethodName:   grpcclient.Repeat(read),
	orderv1.JobService_ListJobExecutions_FullMethodName: grpcclient.Repeat(read),
	orderv1.JobService_RunJob_FullMethodName:            grpcclient.Once(noKey),
	orderv1.JobService_BackfillJob_FullMethodName:       grpcclient.Once(noKey),
}

var inventoryRetries = grpcclient.Methods{
	inventoryv1.InventoryService_GetProducts_FullMethodName:  grpcclient.Repeat(read),
	inventoryv1.InventoryService_ListProducts_FullMethodName: grpcclient.Repeat(read),
	inventoryv1.InventoryService_GetStock_FullMethodName:     grpcclient.Repeat(read),
	inventoryv1.InventoryService_AdjustStock_FullMethodName:  grpcclient.Repeat(keyed),
	inventoryv1.InventoryService_PutProduct_FullMethodName:   grpcclient.Once(noKey),
	inventoryv1.InventoryService_Reserve_FullMethodName:      grpcclient.Once(sagaStep),
	inventoryv1.InventoryService_Release_FullMethodName:      grpcclient.Once(sagaStep),
	inventoryv1.InventoryService_Ship_FullMethodName:         grpcclient.Once(sagaStep),
}

var walletRetries = grpcclient.Methods{
	walletv1.WalletService_GetWallet_FullMethodName:   grpcclient.Repeat(read),
	walletv1.WalletService_ListEntries_FullMethodName: grpcclient.Repeat(read),
	walletv1.WalletService_TopUp_FullMethodName:       grpcclient.Repeat(keyed),
	walletv1.WalletService_Deduct_FullMethodName:      grpcclient.Once(sagaStep),
	walletv1.WalletService_Refund_FullMethodName:      grpcclient.Once(sagaStep),
	walletv1.PaymentService_GetTopUp_FullMethodName:   grpcclient.Repeat(read),
	// The payment is stored before the card is charged, and its id is the key of the charge at the provider.
	walletv1.PaymentService_TopUp_FullMethodName: grpcclient.Repeat("a repetition finds the payment, and its charge is made once"),
}
