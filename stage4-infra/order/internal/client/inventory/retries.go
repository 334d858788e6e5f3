package inventory

import (
	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/grpcclient"
)

const (
	read     = "a read"
	notAsked = "this service sends its steps as messages, which have their own repetition"
	admins   = "this service never calls it: only admins do"
)

// Retries says which calls are repeated. Each method of inventory is in it.
var Retries = grpcclient.Methods{
	inventoryv1.InventoryService_GetProducts_FullMethodName:  grpcclient.Repeat(read),
	inventoryv1.InventoryService_ListProducts_FullMethodName: grpcclient.Repeat(read),
	inventoryv1.InventoryService_GetStock_FullMethodName:     grpcclient.Repeat(read),
	inventoryv1.InventoryService_AdjustStock_FullMethodName:  grpcclient.Once(admins),
	inventoryv1.InventoryService_PutProduct_FullMethodName:   grpcclient.Once(admins),
	inventoryv1.InventoryService_Reserve_FullMethodName:      grpcclient.Once(notAsked),
	inventoryv1.InventoryService_Release_FullMethodName:      grpcclient.Once(notAsked),
	inventoryv1.InventoryService_Ship_FullMethodName:         grpcclient.Once(notAsked),
}
