package usecase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// Finish asks the provider for a refund that was begun, and stores the result together with the answer to the customer. If somebody else
// has finished the refund, nothing changes. Aborted means that nobody knows the result yet: the scanner repeats the same attempt later.
func (u *RefundTopUp) Finish(ctx context.Context, p *domain.Payment) error {
	if p.Status() != domain.PaymentRefunding {
		return nil
	}
	answer := u.refunds.GiveBack(ctx, p)
	var refusal *payment.Refusal
	switch {
	case errors.As(answer, &refusal):
		return u.recordRefused(ctx, p, refusal)
	case answer != nil:
		return fmt.Errorf("refund: %w", answer)
	default:
		return u.recordRefunded(ctx, p)
	}
}

func (u *RefundTopUp) recordRefunded(ctx context.Context, asked *domain.Payment) error {
	_, err := u.refunds.Record(ctx, asked.ID(), func(ctx context.Context, p *domain.Payment, now time.Time) error {
		if err := p.MarkRefunded(asked.Refund().Attempt, now); err != nil {
			return err
		}
		return u.settle(ctx, p, nil)
	})
	return err
}

// recordRefused puts the money back into the wallet, where it came from.
func (u *RefundTopUp) recordRefused(ctx context.Context, asked *domain.Payment, refusal *payment.Refusal) error {
	var wallet *domain.Wallet
	_, err := u.refunds.Record(ctx, asked.ID(), func(ctx context.Context, p *domain.Payment, now time.Time) (err error) {
		wallet = nil
		if err := p.RefuseRefund(asked.Refund().Attempt, now); err != nil {
			return err
		}
		if wallet, err = u.putBack(ctx, p, now); err != nil {
			return err
		}
		return u.settle(ctx, p, errs.New(errs.Precondition, "REFUND_DECLINED", "the card takes nothing back: %s", refusal.Reason))
	})
	if err != nil {
		return err
	}
	announce(ctx, wallet)
	return nil
}

func (u *RefundTopUp) putBack(ctx context.Context, p *domain.Payment, now time.Time) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, p.UserID(), p.Amount().Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.ReturnTopUp(newID(), p.Amount(), refundReference(p), now); err != nil {
		return nil, err
	}
	return wallet, u.wallets.Append(ctx, wallet)
}

// settle stores the answer that every repetition of the request will get.
func (u *RefundTopUp) settle(ctx context.Context, p *domain.Payment, refusal error) error {
	answer, err := idempotency.Encode(dto.FromPayment(p), refusal)
	if err != nil {
		return err
	}
	return u.requests.Settle(ctx, p.Refund().Scope, p.Refund().Key, answer)
}

// refundReference names one attempt in the ledger.
func refundReference(p *domain.Payment) string {
	return fmt.Sprintf("%s/refund/%d", p.ID(), p.Refund().Attempt)
}
