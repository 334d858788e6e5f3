package usecase

import (
	"context"
	"fmt"
	"regexp"

	"github.com/google/uuid"

	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/idempotency"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
	"shop/wallet/internal/usecase/dto"
)

// PayIn tops a wallet up by card. It stores the intent, charges the card and books the money. A repetition takes the same steps; each of
// them takes effect once.
type PayIn struct {
	tx       Transactor
	payments domain.PaymentRepository
	engine   *payment.Engine
	events   EventPublisher
	now      clock.Clock
}

// NewPayIn returns the use case.
func NewPayIn(
	tx Transactor, payments domain.PaymentRepository, engine *payment.Engine, events EventPublisher, now clock.Clock,
) *PayIn {
	return &PayIn{tx: tx, payments: payments, engine: engine, events: events, now: now}
}

// Execute returns the wallet right after the money came in. A declined card, a full wallet and an abandoned payment are a Precondition, and
// remain one for this key; the same key with other content is a Conflict. Aborted means that the outcome is not known yet.
func (u *PayIn) Execute(ctx context.Context, in dto.PayIn) (dto.PaidIn, error) {
	p, err := u.intend(ctx, in)
	if err != nil {
		return dto.PaidIn{}, err
	}
	if p.Status() == domain.PaymentPending {
		if p, err = u.engine.Charge(ctx, p, in.Source); err != nil {
			return dto.PaidIn{}, fmt.Errorf("charge: %w", err)
		}
	}
	booking, err := u.engine.Book(ctx, p)
	if err != nil {
		return dto.PaidIn{}, public(err)
	}
	if booking.Payment.Status() != domain.PaymentBooked {
		return dto.PaidIn{}, refusal(booking.Payment.Failure())
	}
	return dto.PaidIn{
		ToppedUp: dto.ToppedUp{Wallet: dto.WalletAfter(booking.Entry), Replayed: booking.Replayed},
		Payment:  dto.FromPayment(booking.Payment),
	}, nil
}

func refusal(failure domain.PaymentFailure) error {
	switch failure.Code {
	case domain.FailureDeclined:
		return errs.New(errs.Precondition, "PAYMENT_DECLINED", "the card was not charged: %s", failure.Reason)
	case domain.FailureAbandoned:
		return errs.New(errs.Precondition, "PAYMENT_CANCELLED", "%s, top up with a new key", failure.Reason)
	default:
		return errs.New(errs.Precondition, "WALLET_FULL", "%s", failure.Reason)
	}
}

// intend stores the intent before the card is charged, or returns the payment of an earlier request with the same key.
func (u *PayIn) intend(ctx context.Context, in dto.PayIn) (p *domain.Payment, err error) {
	intent, hash, err := u.newPayment(in)
	if err != nil {
		return nil, err
	}
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if p, err = u.payments.Create(ctx, intent); err != nil {
			return err
		}
		return u.events.Publish(ctx, p.Events()...)
	})
	if err == nil && !p.IsFor(hash) {
		return nil, idempotency.ErrConflict
	}
	return p, err
}

// sources matches tokens of cards, which begin with a letter, and no card numbers.
var sources = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_-]{0,63})?$`)

func (u *PayIn) newPayment(in dto.PayIn) (p *domain.Payment, hash []byte, err error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return nil, nil, err
	}
	userID, err := ownedBy(in.Caller, in.Caller.UserID)
	if err != nil {
		return nil, nil, err
	}
	if !sources.MatchString(in.Source) {
		return nil, nil, errs.New(errs.InvalidInput, "INVALID_SOURCE", "the source must be the token of a card")
	}
	amount, err := toAmount(in.MinorUnits, in.Currency)
	if err != nil {
		return nil, nil, public(err)
	}
	if hash, err = idempotency.Hash([]any{amount.MinorUnits(), amount.Currency(), in.Source}); err != nil {
		return nil, nil, err
	}
	// Version 7 keeps rows of the same time together in the index.
	id := uuid.Must(uuid.NewV7()).String()
	p, err = domain.NewPayment(id, userID, domain.PaymentRequest{Key: in.IdempotencyKey, Hash: hash}, amount, u.now())
	return p, hash, public(err)
}
