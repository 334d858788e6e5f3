package client

import (
	"testing"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/contracttest"
)

func TestRetries_EveryMethodIsDecided(t *testing.T) {
	t.Parallel()
	contracttest.Retries(t, orderRetries, orderv1.File_order_v1_order_proto.Services().ByName("OrderService"),
		orderv1.File_order_v1_job_proto.Services().ByName("JobService"))
	contracttest.Retries(t, inventoryRetries, inventoryv1.File_inventory_v1_inventory_proto.Services().ByName("InventoryService"))
	contracttest.Retries(t, walletRetries, walletv1.File_wallet_v1_wallet_proto.Services().ByName("WalletService"),
		walletv1.File_wallet_v1_payment_proto.Services().ByName("PaymentService"))
}
