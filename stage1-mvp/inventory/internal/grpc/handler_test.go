package grpc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/inventory/internal/grpc"
	"stagecraft/stage1-mvp/platform/auth"
)

func TestWhoMayMoveStock(t *testing.T) {
	t.Parallel()
	assert.Equal(t, auth.Rules{
		inventoryv1.InventoryService_GetStock_FullMethodName:    {auth.Customer, auth.Admin},
		inventoryv1.InventoryService_AdjustStock_FullMethodName: {auth.Admin},
		inventoryv1.InventoryService_Reserve_FullMethodName:     {auth.Service},
		inventoryv1.InventoryService_Release_FullMethodName:     {auth.Service},
	}, grpc.Rules())
	assert.Len(t, grpc.Rules(), len(inventoryv1.InventoryService_ServiceDesc.Methods), "a method that no rule names is for nobody")
}
