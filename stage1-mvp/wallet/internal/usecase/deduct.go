package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// Deduct takes money out, never more than there is.
type Deduct struct {
	tx      Transactor
	barrier Barrier
	wallets domain.WalletRepository
	now     clock.Clock
}

// NewDeduct returns the use case.
func NewDeduct(tx Transactor, barrier Barrier, wallets domain.WalletRepository, now clock.Clock) *Deduct {
	return &Deduct{tx: tx, barrier: barrier, wallets: wallets, now: now}
}

// Execute returns the wallet as it was right after this step; a repetition gets the same. Too little money is a Precondition, and remains
// one for this step. After the step was compensated the answer is Aborted.
func (u *Deduct) Execute(ctx context.Context, in dto.Deduct) (left dto.Wallet, err error) {
	step, orderID, err := idempotency.ParseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return dto.Wallet{}, err
	}
	userID, err := ownedBy(in.Caller, in.UserID)
	if err != nil {
		return dto.Wallet{}, err
	}
	amount, err := toAmount(in.MinorUnits, in.Currency)
	if err != nil {
		return dto.Wallet{}, public(err)
	}
	hash, err := idempotency.Hash([]any{orderID, userID, amount.MinorUnits(), amount.Currency()})
	if err != nil {
		return dto.Wallet{}, err
	}
	var (
		answer json.RawMessage
		wallet *domain.Wallet
	)
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		wallet = nil
		answer, err = u.barrier.Act(ctx, step, hash, func(ctx context.Context) (any, error) {
			var err error
			if wallet, err = u.deduct(ctx, userID, amount, step.SagaID); err != nil {
				return nil, public(err)
			}
			return dto.FromWallet(wallet), nil
		})
		return err
	})
	if err != nil {
		return dto.Wallet{}, err
	}
	announce(ctx, wallet)
	err = idempotency.Decode(answer, &left)
	return left, err
}

func (u *Deduct) deduct(ctx context.Context, userID string, amount domain.Money, sagaID string) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.Deduct(newID(), amount, sagaID, u.now()); err != nil {
		return nil, err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, nil
}
