package saga

import (
	"context"
	"errors"
	"time"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/errs"
)

// The names of the steps of a purchase, as they are stored and sent.
const (
	ReserveInventory = "RESERVE_INVENTORY"
	DeductBalance    = "DEDUCT_BALANCE"
)

// Step is one call to another service, how to undo it, and what it means for the order.
type Step struct {
	Name string
	// Act may be repeated with the same saga: the other service does it once.
	Act func(ctx context.Context, sagaID string, order *domain.Order) error
	// Compensate undoes Act, also when Act never arrived, and may be repeated.
	Compensate func(ctx context.Context, sagaID string, order *domain.Order) error
	// Apply changes the order after Act.
	Apply func(order *domain.Order, now time.Time) error
	// Refusal is why the order is cancelled when the other service says no.
	Refusal domain.CancelCode
}

// Inventory is what the saga needs of the inventory service.
type Inventory interface {
	Reserve(ctx context.Context, sagaID, step string, order *domain.Order) error
	Release(ctx context.Context, sagaID, step string, order *domain.Order) error
}

// Wallet is what the saga needs of the wallet service.
type Wallet interface {
	Deduct(ctx context.Context, sagaID, step string, order *domain.Order) error
	Refund(ctx context.Context, sagaID, step string, order *domain.Order) error
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

// failureOf says why the order is cancelled, in words that the buyer may read: for a refusal those of the service that refused.
func failureOf(step Step, err error) domain.Failure {
	var refusal *errs.DomainError
	if errs.Refused(err) && errors.As(err, &refusal) {
		code := step.Refusal
		if refusal.Code == errs.InvalidInput {
			code = domain.CancelRefused
		}
		return domain.Failure{Code: code, Reason: refusal.Message}
	}
	return domain.Failure{Code: domain.CancelUncertain, Reason: "a service did not answer in time, the purchase has been undone"}
}
