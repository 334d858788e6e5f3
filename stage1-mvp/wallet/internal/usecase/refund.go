package usecase

import (
	"context"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// Refund undoes a Deduct, before or after it arrives.
type Refund struct {
	tx      Transactor
	barrier Barrier
	wallets domain.WalletRepository
	now     clock.Clock
}

// NewRefund returns the use case.
func NewRefund(tx Transactor, barrier Barrier, wallets domain.WalletRepository, now clock.Clock) *Refund {
	return &Refund{tx: tx, barrier: barrier, wallets: wallets, now: now}
}

// Execute tells whether any money was given back. A Deduct that has not arrived yet will be refused from now on.
func (u *Refund) Execute(ctx context.Context, in dto.Refund) (refunded bool, err error) {
	step, _, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return false, err
	}
	var wallet *domain.Wallet
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		wallet = nil
		refunded, err = u.barrier.Compensate(ctx, step, func(ctx context.Context) (err error) {
			wallet, err = u.giveBack(ctx, step.SagaID)
			return err
		})
		return err
	})
	if err != nil {
		return false, public(err)
	}
	announce(ctx, wallet)
	return refunded, nil
}

func (u *Refund) giveBack(ctx context.Context, sagaID string) (*domain.Wallet, error) {
	deduction, err := u.wallets.FindDeduction(ctx, sagaID)
	if err != nil {
		return nil, err
	}
	wallet, err := u.wallets.Lock(ctx, deduction.UserID, deduction.Amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.Refund(newID(), deduction, u.now()); err != nil {
		return nil, err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, nil
}
