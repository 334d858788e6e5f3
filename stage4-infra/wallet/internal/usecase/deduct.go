package usecase

import (
	"context"
	"encoding/json"
	"errors"

	"shop/platform/clock"
	"shop/platform/idempotency"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

// Deduct takes the money of an order, never more than there is.
type Deduct struct {
	tx      Transactor
	barrier Barrier
	wallets domain.WalletRepository
	events  EventPublisher
	now     clock.Clock
}

// NewDeduct returns the use case.
func NewDeduct(tx Transactor, barrier Barrier, wallets domain.WalletRepository, events EventPublisher, now clock.Clock) *Deduct {
	return &Deduct{tx: tx, barrier: barrier, wallets: wallets, events: events, now: now}
}

// Execute returns the wallet right after this step; a repetition gets the same. Too little money is a Precondition and remains one for this
// step. A second step of the same saga that deducts is a Conflict. After the step was compensated the answer is Aborted.
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
	var answer json.RawMessage
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		answer, err = u.barrier.Act(ctx, step, hash, func(ctx context.Context) (any, error) {
			wallet, err := u.deduct(ctx, userID, amount, step)
			if errors.Is(err, domain.ErrAlreadyBooked) {
				return nil, err // not stored: if the answer of this very step was pruned, Refund must still find the deduction
			}
			if err != nil {
				return nil, public(err)
			}
			return dto.FromWallet(wallet), nil
		})
		return err
	})
	if err != nil {
		return dto.Wallet{}, public(err)
	}
	err = idempotency.Decode(answer, &left)
	return left, err
}

func (u *Deduct) deduct(ctx context.Context, userID string, amount domain.Money, step idempotency.Step) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.Deduct(amount, step.Key(), u.now()); err != nil {
		return nil, err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, u.events.Publish(ctx, wallet.Events()...)
}
