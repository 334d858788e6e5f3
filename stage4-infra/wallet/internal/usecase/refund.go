package usecase

import (
	"context"
	"errors"

	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

// Refund undoes a Deduct, before or after it arrives.
type Refund struct {
	tx      Transactor
	barrier Barrier
	wallets domain.WalletRepository
	events  EventPublisher
	now     clock.Clock
}

// NewRefund returns the use case.
func NewRefund(tx Transactor, barrier Barrier, wallets domain.WalletRepository, events EventPublisher, now clock.Clock) *Refund {
	return &Refund{tx: tx, barrier: barrier, wallets: wallets, events: events, now: now}
}

// Execute reports whether money was given back, now or by an earlier request. A Deduct that has not arrived yet is refused from then on. A
// step of another order or another user is a Conflict.
func (u *Refund) Execute(ctx context.Context, in dto.Refund) (refunded bool, err error) {
	step, _, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return false, err
	}
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		refunded, err = u.barrier.Compensate(ctx, step, func(ctx context.Context) error { return u.refund(ctx, in.Caller, step) })
		return err
	})
	return refunded, public(err)
}

func (u *Refund) refund(ctx context.Context, caller dto.Caller, step idempotency.Step) error {
	deduction, err := u.wallets.FindEntry(ctx, domain.KindDeduct, step.Key())
	if errors.Is(err, domain.ErrEntryNotFound) {
		return idempotency.ErrNothingToUndo
	}
	if err != nil {
		return err
	}
	if !caller.MayAccess(deduction.UserID) {
		return errs.New(errs.Conflict, "SAGA_OF_ANOTHER_USER", "this saga has deducted from the wallet of another user")
	}
	_, err = u.wallets.FindEntry(ctx, domain.KindRefund, step.Key())
	if !errors.Is(err, domain.ErrEntryNotFound) {
		return err // nil: refunded by a request whose answer was pruned
	}
	wallet, err := u.wallets.Lock(ctx, deduction.UserID, deduction.Amount.Currency())
	if err != nil {
		return err
	}
	if err := wallet.Refund(deduction, u.now()); err != nil {
		return err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return err
	}
	return u.events.Publish(ctx, wallet.Events()...)
}
