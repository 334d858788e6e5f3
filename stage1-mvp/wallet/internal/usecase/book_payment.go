package usecase

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// bookTimeout bounds the booking of money that the provider has already taken.
const bookTimeout = 5 * time.Second

// Bookings stores and announces what became of a payment, and takes charges back.
type Bookings interface {
	Announce(ctx context.Context, p *domain.Payment)
	Record(ctx context.Context, id string, change payment.Change) (*domain.Payment, error)
	Void(ctx context.Context, p *domain.Payment, failure domain.PaymentFailure) (*domain.Payment, error)
}

// BookPayment brings the money of a charge into the wallet, or gives it back when the wallet refuses it.
type BookPayment struct {
	topUp    *TopUp
	wallets  domain.WalletRepository
	payments domain.PaymentRepository
	bookings Bookings
	now      clock.Clock
}

// NewBookPayment returns the use case.
func NewBookPayment(
	topUp *TopUp, wallets domain.WalletRepository, payments domain.PaymentRepository, bookings Bookings, now clock.Clock,
) *BookPayment {
	return &BookPayment{topUp: topUp, wallets: wallets, payments: payments, bookings: bookings, now: now}
}

// Execute returns the answer of the first booking, even when this is a repetition; when that answer is no longer stored, the wallet as it
// is. A refusal by the wallet is a Precondition, and remains one. Execute outlives the request: the card is charged, and a customer who
// stops waiting is owed the money all the same.
func (u *BookPayment) Execute(ctx context.Context, p *domain.Payment) (dto.ToppedUp, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookTimeout)
	defer cancel()
	var booked *domain.Payment
	topped, err := u.topUp.Execute(ctx, dto.TopUp{
		Caller: cashier(p), UserID: p.UserID(),
		MinorUnits: p.Amount().MinorUnits(), Currency: p.Amount().Currency(),
		IdempotencyKey: p.Request().Key,
		Within: func(ctx context.Context, topUp func() error) (err error) {
			booked, err = u.book(ctx, p.ID(), topUp)
			return err
		},
	})
	switch {
	case errors.Is(err, domain.ErrInvalidTransition):
		return u.forgotten(ctx, p.ID())
	case errs.CodeOf(err) == errs.Precondition:
		u.giveBack(ctx, p, err)
		return dto.ToppedUp{}, err
	case err != nil:
		return dto.ToppedUp{}, err
	case booked != nil && !topped.Replayed:
		u.bookings.Announce(ctx, booked)
		return topped, nil
	}
	// Earlier versions marked the payment in a transaction of its own, and may have died before it.
	_, err = u.bookings.Record(ctx, p.ID(), func(_ context.Context, p *domain.Payment, now time.Time) error { return p.MarkBooked(now) })
	return topped, err
}

// book marks the payment as booked and tops up, in the transaction of ctx. ErrInvalidTransition says that the payment was booked or voided
// before: only a charged one brings money in, whether or not the answer to it is still stored.
func (u *BookPayment) book(ctx context.Context, id string, topUp func() error) (*domain.Payment, error) {
	p, err := u.payments.Lock(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := p.MarkBooked(u.now()); err != nil {
		return nil, err
	}
	if err := topUp(); err != nil {
		return nil, err
	}
	return p, u.payments.Update(ctx, p)
}

// forgotten answers a repetition whose first answer was deleted.
func (u *BookPayment) forgotten(ctx context.Context, id string) (dto.ToppedUp, error) {
	p, err := u.payments.Get(ctx, id)
	if err != nil {
		return dto.ToppedUp{}, err
	}
	if failure := p.Failure(); failure.Code != "" {
		// Wallets refuse a top-up for no other reason.
		return dto.ToppedUp{}, errs.New(errs.Precondition, "WALLET_FULL", "%s", failure.Reason)
	}
	wallet, err := u.wallets.Get(ctx, p.UserID(), p.Amount().Currency())
	if err != nil {
		return dto.ToppedUp{}, err
	}
	return dto.ToppedUp{Wallet: dto.FromWallet(wallet), Replayed: true}, nil
}

// giveBack voids the charge. The refusal is already stored, so no repetition can book the money meanwhile.
func (u *BookPayment) giveBack(ctx context.Context, p *domain.Payment, refusal error) {
	failure := domain.PaymentFailure{Code: domain.FailureNotBooked, Reason: errs.From(refusal).Message}
	if _, err := u.bookings.Void(ctx, p, failure); err != nil {
		logging.From(ctx).Warn("charge is not taken back yet", logging.Event("wallet.payment.void_pending"),
			zap.String("payment_id", p.ID()), logging.Error(err))
	}
}

// cashier is the caller who books what a payment brought in. He is not the customer, so that the keys of payments cannot collide with those
// used at the cash desk.
func cashier(p *domain.Payment) dto.Caller {
	return dto.Caller{UserID: "payment:" + p.UserID(), Admin: true}
}
