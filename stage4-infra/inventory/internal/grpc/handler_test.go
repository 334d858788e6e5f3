package grpc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/inventory/internal/grpc"
	"shop/platform/auth"
)

func TestRules_EveryMethod_NamesItsRoles(t *testing.T) {
	t.Parallel()
	assert.Equal(t, auth.Rules{
		inventoryv1.InventoryService_GetProducts_FullMethodName:  {auth.Customer, auth.Warehouse, auth.Admin, auth.Service},
		inventoryv1.InventoryService_ListProducts_FullMethodName: {auth.Customer, auth.Warehouse, auth.Admin},
		inventoryv1.InventoryService_PutProduct_FullMethodName:   {auth.Admin},
		inventoryv1.InventoryService_GetStock_FullMethodName:     {auth.Customer, auth.Warehouse, auth.Admin},
		inventoryv1.InventoryService_AdjustStock_FullMethodName:  {auth.Admin},
		inventoryv1.InventoryService_Reserve_FullMethodName:      {auth.Service},
		inventoryv1.InventoryService_Release_FullMethodName:      {auth.Service},
		inventoryv1.InventoryService_Ship_FullMethodName:         {auth.Service},
	}, grpc.Rules())
	assert.Len(t, grpc.Rules(), len(inventoryv1.InventoryService_ServiceDesc.Methods), "a method without a rule is denied to all")
}
