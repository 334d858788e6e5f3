package saga

import (
	"context"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// The names of the steps of a cancellation, as they are stored. The other services never see them: they undo the steps of the purchase,
// once, however often and by whomever that is requested.
const (
	RefundBalance    = "REFUND_BALANCE"
	ReleaseInventory = "RELEASE_INVENTORY"
)

// CancelStep gives back what one step of the purchase took.
type CancelStep struct {
	Name string
	// GiveBack may be repeated with the same purchase: the other service does it once.
	GiveBack func(ctx context.Context, purchaseID string, order *domain.Order) error
}

// CancelSteps returns the steps of a cancellation: the money first, because it is what the buyer waits for.
func CancelSteps(inventory Inventory, wallet Wallet) []CancelStep {
	return []CancelStep{
		{
			Name: RefundBalance,
			GiveBack: func(ctx context.Context, purchaseID string, order *domain.Order) error {
				return wallet.Refund(ctx, purchaseID, DeductBalance, order)
			},
		},
		{
			Name: ReleaseInventory,
			GiveBack: func(ctx context.Context, purchaseID string, order *domain.Order) error {
				return inventory.Release(ctx, purchaseID, ReserveInventory, order)
			},
		},
	}
}
