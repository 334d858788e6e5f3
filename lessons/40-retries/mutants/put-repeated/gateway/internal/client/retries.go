package client

import (
	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/grpcclient"
)

var inventoryRetries = grpcclient.Methods{
	inventoryv1.InventoryService_GetProducts_FullMethodName:  grpcclient.Repeat(read),
	inventoryv1.InventoryService_ListProducts_FullMethodName: grpcclient.Repeat(read),
	inventoryv1.InventoryService_GetStock_FullMethodName:     grpcclient.Repeat(read),
	inventoryv1.InventoryService_AdjustStock_FullMethodName:  grpcclient.Repeat(keyed),
	inventoryv1.InventoryService_PutProduct_FullMethodName:   grpcclient.Repeat("a put"),
	inventoryv1.InventoryService_Reserve_FullMethodName:      grpcclient.Once(sagaStep),
	inventoryv1.InventoryService_Release_FullMethodName:      grpcclient.Once(sagaStep),
	inventoryv1.InventoryService_Ship_FullMethodName:         grpcclient.Once(sagaStep),
}
