package grpc

import (
	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/overload"
)

// priorities say what is refused first under overload. GetProducts is asked within purchases, for which work has been done already.
func priorities() map[string]overload.Priority {
	return map[string]overload.Priority{
		inventoryv1.InventoryService_GetProducts_FullMethodName:  overload.High,
		inventoryv1.InventoryService_Release_FullMethodName:      overload.High,
		inventoryv1.InventoryService_ListProducts_FullMethodName: overload.Low,
	}
}
