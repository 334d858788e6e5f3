package usecase

import (
	"context"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// bookTimeout bounds the booking of money that the provider has already taken.
const bookTimeout = 5 * time.Second

// Payments stores what became of a payment, and takes charges back.
type Payments interface {
	Record(ctx context.Context, id string, change payment.Change) (*domain.Payment, error)
	Void(ctx context.Context, p *domain.Payment, failure domain.PaymentFailure) (*domain.Payment, error)
}

// BookPayment brings the money of a charge into the wallet, or gives it back when the wallet refuses it.
type BookPayment struct {
	topUp    *TopUp
	payments Payments
}

// NewBookPayment returns the use case.
func NewBookPayment(topUp *TopUp, payments Payments) *BookPayment {
	return &BookPayment{topUp: topUp, payments: payments}
}

// Execute returns the answer of the first booking, even when this is a repetition. A refusal by the wallet is a Precondition, and remains
// one. Execute outlives the request: the card is charged, and a customer who stops waiting is owed the money all the same.
func (u *BookPayment) Execute(ctx context.Context, p *domain.Payment) (dto.ToppedUp, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookTimeout)
	defer cancel()
	topped, err := u.topUp.Execute(ctx, dto.TopUp{
		Caller: cashier(p), UserID: p.UserID(),
		MinorUnits: p.Amount().MinorUnits(), Currency: p.Amount().Currency(),
		IdempotencyKey: p.Request().Key,
	})
	if errs.CodeOf(err) == errs.Precondition {
		u.giveBack(ctx, p, err)
	}
	if err != nil {
		return dto.ToppedUp{}, err
	}
	_, err = u.payments.Record(ctx, p.ID(), func(_ context.Context, p *domain.Payment, now time.Time) error { return p.MarkBooked(now) })
	return topped, err
}

// giveBack voids the charge. The refusal is already stored, so no repetition can book the money meanwhile.
func (u *BookPayment) giveBack(ctx context.Context, p *domain.Payment, refusal error) {
	failure := domain.PaymentFailure{Code: domain.FailureNotBooked, Reason: errs.From(refusal).Message}
	if _, err := u.payments.Void(ctx, p, failure); err != nil {
		logging.From(ctx).Warn("charge is not taken back yet", logging.Event("wallet.payment.void_pending"),
			zap.String("payment_id", p.ID()), logging.Error(err))
	}
}

// cashier is the caller who books what a payment brought in. He is not the customer, so that the keys of payments cannot collide with those
// used at the cash desk.
func cashier(p *domain.Payment) dto.Caller {
	return dto.Caller{UserID: "payment:" + p.UserID(), Admin: true}
}
