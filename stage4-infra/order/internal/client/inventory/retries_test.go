package inventory_test

import (
	"testing"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/order/internal/client/inventory"
	"shop/platform/contracttest"
)

func TestRetries_EveryMethodIsDecided(t *testing.T) {
	t.Parallel()
	contracttest.Retries(t, inventory.Retries, inventoryv1.File_inventory_v1_inventory_proto.Services().ByName("InventoryService"))
}
