package grpc

import (
	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/platform/auth"
)

// rules say who may call what. A method that is missing here is denied to everyone.
func rules() auth.Rules {
	return auth.Rules{
		inventoryv1.InventoryService_GetStock_FullMethodName:    {auth.Customer, auth.Admin, auth.Service},
		inventoryv1.InventoryService_AdjustStock_FullMethodName: {auth.Admin},
		inventoryv1.InventoryService_Reserve_FullMethodName:     {auth.Service},
		inventoryv1.InventoryService_Release_FullMethodName:     {auth.Service},
	}
}
