package usecase

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// DeductInput takes money for one order, as a step of a saga.
type DeductInput struct {
	SagaID     string
	StepName   string
	OrderID    string
	UserID     string
	MinorUnits int64
	Currency   string
}

// Deduct takes money out, never more than there is.
type Deduct struct {
	tx      TxManager
	barrier Barrier
	wallets domain.WalletRepository
	now     clock.Clock
}

// NewDeduct returns the use case.
func NewDeduct(tx TxManager, barrier Barrier, wallets domain.WalletRepository, now clock.Clock) *Deduct {
	return &Deduct{tx: tx, barrier: barrier, wallets: wallets, now: now}
}

// Execute returns the wallet as it was right after this step, also for a repetition. Too little money is a Precondition, and stays one
// for this step. After the step was compensated the answer is Aborted.
func (uc *Deduct) Execute(ctx context.Context, in DeductInput) (left WalletDTO, err error) {
	step, orderID, err := parseStep(in.SagaID, in.StepName, in.OrderID)
	if err != nil {
		return WalletDTO{}, err
	}
	userID, err := ownedBy(ctx, in.UserID)
	if err != nil {
		return WalletDTO{}, err
	}
	amount, err := toAmount(in.MinorUnits, in.Currency)
	if err != nil {
		return WalletDTO{}, public(err)
	}
	hash, err := idempotency.Hash([]any{orderID, userID, amount.MinorUnits(), amount.Currency()})
	if err != nil {
		return WalletDTO{}, err
	}
	var (
		answer json.RawMessage
		wallet *domain.Wallet
	)
	err = uc.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		wallet = nil
		answer, err = uc.barrier.Act(ctx, step, hash, func(ctx context.Context) (any, error) {
			var err error
			if wallet, err = uc.deduct(ctx, userID, amount, step.SagaID); err != nil {
				return nil, public(err)
			}
			return toWalletDTO(wallet), nil
		})
		return err
	})
	if err != nil {
		return WalletDTO{}, err
	}
	announce(ctx, wallet)
	err = idempotency.Decode(answer, &left)
	return left, err
}

func (uc *Deduct) deduct(ctx context.Context, userID string, amount domain.Money, sagaID string) (*domain.Wallet, error) {
	wallet, err := uc.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.Deduct(uuid.NewString(), amount, sagaID, uc.now()); err != nil {
		return nil, err
	}
	if err := uc.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, nil
}
