package usecase

import (
	"context"
	"fmt"
	"regexp"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// Charger charges cards at the payment provider, and announces what happened to a payment.
type Charger interface {
	Charge(ctx context.Context, p *domain.Payment, source string) (*domain.Payment, error)
	Announce(ctx context.Context, p *domain.Payment)
}

// PayIn puts money from a card into a wallet. It stores the intent, charges the card, books the money and marks the payment as booked. A
// repetition takes the same steps; each of them happens only once, and the last one has the answer.
type PayIn struct {
	payments domain.PaymentRepository
	charger  Charger
	book     *BookPayment
	now      clock.Clock
}

// NewPayIn returns the use case.
func NewPayIn(payments domain.PaymentRepository, charger Charger, book *BookPayment, now clock.Clock) *PayIn {
	return &PayIn{payments: payments, charger: charger, book: book, now: now}
}

// Execute returns the wallet as it was right after the money came in. A declined card, a full wallet and an abandoned payment are a
// Precondition, and remain one for this key; the same key with other content is a Conflict. Aborted means that nobody knows the result yet.
func (u *PayIn) Execute(ctx context.Context, in dto.PayIn) (dto.PaidIn, error) {
	payment, err := u.intend(ctx, in)
	if err != nil {
		return dto.PaidIn{}, err
	}
	if payment.Status() == domain.PaymentPending {
		if payment, err = u.charger.Charge(ctx, payment, in.Source); err != nil {
			return dto.PaidIn{}, fmt.Errorf("charge: %w", err)
		}
	}
	switch failure := payment.Failure(); failure.Code {
	case domain.FailureDeclined:
		return dto.PaidIn{}, errs.New(errs.Precondition, "PAYMENT_DECLINED", "the card was not charged: %s", failure.Reason)
	case domain.FailureAbandoned:
		return dto.PaidIn{}, errs.New(errs.Precondition, "PAYMENT_CANCELLED", "%s, top up with a new key", failure.Reason)
	}
	topped, err := u.book.Execute(ctx, payment)
	if err != nil {
		return dto.PaidIn{}, fmt.Errorf("book: %w", err)
	}
	// What happened to the payment since then is not part of this answer; GetTopUp tells.
	shown := dto.FromPayment(payment)
	shown.Status = string(domain.PaymentBooked)
	return dto.PaidIn{ToppedUp: topped, Payment: shown}, nil
}

// intend stores the intent before anything is done, or finds what an earlier request with the same key has begun.
func (u *PayIn) intend(ctx context.Context, in dto.PayIn) (*domain.Payment, error) {
	payment, err := u.newPayment(in)
	if err != nil {
		return nil, err
	}
	hash := payment.Request().Hash
	if payment, err = u.payments.Create(ctx, payment); err != nil {
		return nil, err
	}
	u.charger.Announce(ctx, payment)
	if !payment.IsFor(hash) {
		return nil, idempotency.ErrConflict
	}
	return payment, nil
}

// sources matches names of cards, never their numbers: a name begins with a letter.
var sources = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_-]{0,63})?$`)

func (u *PayIn) newPayment(in dto.PayIn) (*domain.Payment, error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return nil, err
	}
	userID, err := ownedBy(in.Caller, in.Caller.UserID)
	if err != nil {
		return nil, err
	}
	if !sources.MatchString(in.Source) {
		return nil, errs.New(errs.InvalidInput, "INVALID_SOURCE", "the source of the money must be the token of a card")
	}
	amount, err := toAmount(in.MinorUnits, in.Currency)
	if err != nil {
		return nil, public(err)
	}
	hash, err := idempotency.Hash([]any{amount.MinorUnits(), amount.Currency(), in.Source})
	if err != nil {
		return nil, err
	}
	payment, err := domain.NewPayment(newID(), userID, domain.PaymentRequest{Key: in.IdempotencyKey, Hash: hash}, amount, u.now())
	return payment, public(err)
}
