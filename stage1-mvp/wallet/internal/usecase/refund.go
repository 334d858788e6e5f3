package usecase

import (
	"context"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// RefundInput names the step that is to be undone.
type RefundInput struct {
	SagaID   string
	StepName string
	OrderID  string
}

// Refund undoes a Deduct, before or after it arrives.
type Refund struct {
	tx      TxManager
	barrier Barrier
	wallets domain.WalletRepository
	now     clock.Clock
}

// NewRefund returns the use case.
func NewRefund(tx TxManager, barrier Barrier, wallets domain.WalletRepository, now clock.Clock) *Refund {
	return &Refund{tx: tx, barrier: barrier, wallets: wallets, now: now}
}

// Execute tells whether any money was given back. If the Deduct has not arrived yet, it will be refused from now on.
func (uc *Refund) Execute(ctx context.Context, in RefundInput) (refunded bool, err error) {
	step, _, err := parseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return false, err
	}
	var wallet *domain.Wallet
	err = uc.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		wallet = nil
		refunded, err = uc.barrier.Compensate(ctx, step, func(ctx context.Context) (err error) {
			wallet, err = uc.giveBack(ctx, step.SagaID)
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

func (uc *Refund) giveBack(ctx context.Context, sagaID string) (*domain.Wallet, error) {
	deduction, err := uc.wallets.FindDeduction(ctx, sagaID)
	if err != nil {
		return nil, err
	}
	wallet, err := uc.wallets.Lock(ctx, deduction.UserID, deduction.Amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.Refund(uuid.NewString(), deduction, uc.now()); err != nil {
		return nil, err
	}
	if err := uc.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, nil
}
