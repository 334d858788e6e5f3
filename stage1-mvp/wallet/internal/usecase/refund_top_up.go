package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// Refunds asks the provider for refunds, and stores what became of a payment.
type Refunds interface {
	GiveBack(ctx context.Context, p *domain.Payment) error
	Record(ctx context.Context, id string, change payment.Change) (*domain.Payment, error)
	Announce(ctx context.Context, p *domain.Payment)
}

// RefundTopUp returns the money of a top-up to the card: first it leaves the wallet, then the provider is asked, as often as necessary. If
// the card does not accept it, it goes back into the wallet.
type RefundTopUp struct {
	tx       Transactor
	requests Requests
	wallets  domain.WalletRepository
	payments domain.PaymentRepository
	refunds  Refunds
	now      clock.Clock
}

// NewRefundTopUp returns the use case.
func NewRefundTopUp(
	tx Transactor, requests Requests, wallets domain.WalletRepository, payments domain.PaymentRepository, refunds Refunds, now clock.Clock,
) *RefundTopUp {
	return &RefundTopUp{tx: tx, requests: requests, wallets: wallets, payments: payments, refunds: refunds, now: now}
}

// Execute returns the refunded payment. Money already spent, a top-up that is not booked or already refunded, and a card that accepts
// nothing are a Precondition, and remain one for this key. Aborted means that the money is still on its way: it is not lost.
func (u *RefundTopUp) Execute(ctx context.Context, in dto.RefundTopUp) (out dto.RefundedTopUp, err error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return dto.RefundedTopUp{}, err
	}
	found, err := visible(ctx, u.payments, in.Caller, in.PaymentID)
	if err != nil {
		return dto.RefundedTopUp{}, err
	}
	hash, err := idempotency.Hash(found.ID())
	if err != nil {
		return dto.RefundedTopUp{}, err
	}
	scope := idempotency.Scope("wallet.refund_top_up", in.Caller.UserID)
	answer, replayed, err := u.begin(ctx, found, scope, in.IdempotencyKey, hash)
	if err != nil {
		return dto.RefundedTopUp{}, err
	}
	if answer == nil {
		begun, err := u.payments.Get(ctx, found.ID())
		if err != nil {
			return dto.RefundedTopUp{}, err
		}
		if err := u.Finish(ctx, begun); err != nil {
			return dto.RefundedTopUp{}, err
		}
		if answer, err = u.requests.Lookup(ctx, scope, in.IdempotencyKey, hash); err != nil {
			return dto.RefundedTopUp{}, err
		}
	}
	out.Replayed = replayed
	err = idempotency.Decode(answer, &out.Payment)
	return out, err
}

// begin takes the money out of the wallet and stores the decision to refund it, in one transaction. The answer is nil until the provider
// has answered; if the money cannot be taken out, that is the answer.
func (u *RefundTopUp) begin(
	ctx context.Context, found *domain.Payment, scope, key string, hash []byte,
) (answer json.RawMessage, replayed bool, err error) {
	var (
		wallet *domain.Wallet
		began  *domain.Payment
	)
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		wallet, began = nil, nil
		answer, replayed, err = u.requests.Once(ctx, scope, key, hash, func(ctx context.Context) (json.RawMessage, error) {
			var err error
			if wallet, began, err = u.takeOut(ctx, found, scope, key); err != nil {
				return idempotency.Encode(nil, public(err))
			}
			return nil, nil
		})
		return err
	})
	if err != nil {
		return nil, false, err
	}
	announce(ctx, wallet)
	if began != nil {
		u.refunds.Announce(ctx, began)
	}
	return answer, replayed, nil
}

// takeOut locks the wallet before it reads the payment, so that the second of two refunds sees what the first has done.
func (u *RefundTopUp) takeOut(ctx context.Context, found *domain.Payment, scope, key string) (*domain.Wallet, *domain.Payment, error) {
	wallet, err := u.wallets.Lock(ctx, found.UserID(), found.Amount().Currency())
	if err != nil {
		return nil, nil, err
	}
	p, err := u.payments.Get(ctx, found.ID())
	if err != nil {
		return nil, nil, err
	}
	status := p.Status()
	if err := p.StartRefund(scope, key, u.now()); err != nil {
		return nil, nil, errs.Wrap(err, errs.Precondition, "TOP_UP_NOT_REFUNDABLE", "the top-up cannot be refunded, it is %s", status)
	}
	if err := wallet.RefundTopUp(newID(), p.Amount(), refundReference(p), u.now()); err != nil {
		return nil, nil, err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return nil, nil, err
	}
	return wallet, p, u.payments.Update(ctx, p)
}
