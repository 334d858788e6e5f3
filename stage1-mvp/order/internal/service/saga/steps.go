package saga

import (
	"context"
	"errors"
	"time"

	"shop/order/internal/domain"
	"shop/platform/errs"
)

// The names of the steps, as they are stored. The other services know those of a purchase and of a shipment; a cancellation undoes the
// steps of the purchase by their own names.
const (
	ReserveInventory = "RESERVE_INVENTORY"
	DeductBalance    = "DEDUCT_BALANCE"

	RefundBalance    = "REFUND_BALANCE"
	ReleaseInventory = "RELEASE_INVENTORY"

	ShipStock = "SHIP_STOCK"
)

// Step is one call of a purchase to another service, how to undo it, and what it means for the order.
type Step struct {
	Name string
	// Act may be repeated with the same saga: the other service does it once.
	Act func(ctx context.Context, sagaID string, order *domain.Order) error
	// Compensate undoes Act, also when Act never arrived, and may be repeated.
	Compensate func(ctx context.Context, sagaID string, order *domain.Order) error
	// Apply changes the order after Act.
	Apply func(order *domain.Order, now time.Time) error
	// Refusal is why the order is cancelled when the other service refuses.
	Refusal domain.CancelCode
}

// PurchaseSteps returns the steps of a purchase: stock first, because giving back stock is cheaper than giving back money.
func PurchaseSteps(inventory Inventory, wallet Wallet) []Step {
	return []Step{
		{
			Name: ReserveInventory,
			Act: func(ctx context.Context, sagaID string, order *domain.Order) error {
				return inventory.Reserve(ctx, sagaID, ReserveInventory, order)
			},
			Compensate: func(ctx context.Context, sagaID string, order *domain.Order) error {
				return inventory.Release(ctx, sagaID, ReserveInventory, order)
			},
			Apply:   (*domain.Order).Confirm,
			Refusal: domain.CancelOutOfStock,
		},
		{
			Name: DeductBalance,
			Act: func(ctx context.Context, sagaID string, order *domain.Order) error {
				return wallet.Deduct(ctx, sagaID, DeductBalance, order)
			},
			Compensate: func(ctx context.Context, sagaID string, order *domain.Order) error {
				return wallet.Refund(ctx, sagaID, DeductBalance, order)
			},
			Apply:   (*domain.Order).MarkPaid,
			Refusal: domain.CancelInsufficientBalance,
		},
	}
}

// ForwardStep is one call of a saga that only goes forward.
type ForwardStep struct {
	Name string
	// Act may be repeated with the same purchase: the other service does it once.
	Act func(ctx context.Context, purchaseID string, order *domain.Order) error
}

// ForwardSteps returns the steps of each type of saga that only goes forward. A cancellation gives back the money first, because the buyer
// waits for it.
func ForwardSteps(inventory Inventory, wallet Wallet) map[string][]ForwardStep {
	return map[string][]ForwardStep{
		CancelOrder: {
			{RefundBalance, func(ctx context.Context, purchaseID string, order *domain.Order) error {
				return wallet.Refund(ctx, purchaseID, DeductBalance, order)
			}},
			{ReleaseInventory, func(ctx context.Context, purchaseID string, order *domain.Order) error {
				return inventory.Release(ctx, purchaseID, ReserveInventory, order)
			}},
		},
		ShipOrder: {
			{ShipStock, func(ctx context.Context, purchaseID string, order *domain.Order) error {
				return inventory.Ship(ctx, purchaseID, ShipStock, order)
			}},
		},
	}
}

// failureOf says why the order is cancelled, in words for the buyer: after a refusal, the message of the service that refused.
func failureOf(step Step, err error) Failure {
	var refusal *errs.DomainError
	if errs.Refused(err) && errors.As(err, &refusal) {
		code := step.Refusal
		if refusal.Code == errs.InvalidInput {
			code = domain.CancelRefused
		}
		return Failure{Code: code, Reason: refusal.Message}
	}
	return Failure{Code: domain.CancelUncertain, Reason: "a service did not answer in time, the purchase has been undone"}
}
