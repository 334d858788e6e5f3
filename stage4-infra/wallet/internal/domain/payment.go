package domain

import (
	"context"
	"fmt"
	"time"
)

// Payment is a top-up by card. It is a saga with one external step, and its row is the saga's log.
type Payment struct {
	s      PaymentSnapshot
	events []Event
}

// PaymentRequest identifies a repetition: the customer's key and a hash of the content.
type PaymentRequest struct {
	Key  string
	Hash []byte
}

// PaymentFailure says why no money came in: a code for programs and a reason for people.
type PaymentFailure struct {
	Code   PaymentFailureCode
	Reason string
}

// PaymentFailureCode is the class of a failure.
type PaymentFailureCode string

const (
	FailureDeclined  PaymentFailureCode = "DECLINED"   // the provider refused the card
	FailureNotBooked PaymentFailureCode = "NOT_BOOKED" // the wallet refused the money
	FailureAbandoned PaymentFailureCode = "ABANDONED"  // the charge never arrived and was not repeated
)

// NewPayment returns a Pending payment. The errors are ErrInvalidAmount, and ErrWalletFull for an amount that no wallet accepts.
func NewPayment(id, userID string, request PaymentRequest, amount Money, now time.Time) (*Payment, error) {
	if !amount.IsPositive() {
		return nil, fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if amount.minor > MaxBalance {
		return nil, fmt.Errorf("%w: %s", ErrWalletFull, amount)
	}
	p := &Payment{s: PaymentSnapshot{ID: id, UserID: userID, Request: request, Amount: amount, CreatedAt: now}}
	p.record(PaymentPending, now)
	return p, nil
}

// MarkCharged records that the provider has the money.
func (p *Payment) MarkCharged(now time.Time) error { return p.transition(PaymentCharged, now) }

// MarkBooked records that the wallet has the money. Call it in the transaction that adds the ledger entry.
func (p *Payment) MarkBooked(now time.Time) error { return p.transition(PaymentBooked, now) }

// Decline records that the provider refused the card.
func (p *Payment) Decline(reason string, now time.Time) error {
	return p.fail(PaymentDeclined, PaymentFailure{Code: FailureDeclined, Reason: reason}, now)
}

// StartVoid decides that no money may come in through this payment. Once it is charged, only a refusal by the wallet may decide so.
func (p *Payment) StartVoid(failure PaymentFailure, now time.Time) error {
	if p.s.Status == PaymentCharged && failure.Code != FailureNotBooked {
		return fmt.Errorf("%w: %s to %s without a refusal by the wallet", ErrInvalidTransition, p.s.Status, PaymentVoiding)
	}
	return p.fail(PaymentVoiding, failure, now)
}

// MarkVoided records that the provider has no money of this payment and will take none.
func (p *Payment) MarkVoided(now time.Time) error { return p.transition(PaymentVoided, now) }

// Events returns what happened since the payment was created or loaded, oldest first.
func (p *Payment) Events() []Event { return p.events }

func (p *Payment) transition(to PaymentStatus, now time.Time) error {
	return p.fail(to, p.s.Failure, now)
}

func (p *Payment) fail(to PaymentStatus, failure PaymentFailure, now time.Time) error {
	if !p.s.Status.CanTransitionTo(to) {
		return fmt.Errorf("%w: %s to %s", ErrInvalidTransition, p.s.Status, to)
	}
	p.s.Failure = failure
	p.record(to, now)
	return nil
}

func (p *Payment) record(to PaymentStatus, now time.Time) {
	p.s.Status, p.s.UpdatedAt, p.s.Version = to, now, p.s.Version+1
	p.events = append(p.events, PaymentEvent{
		EventMeta: newEventMeta(p.s.ID, p.s.Version, now),
		PaymentID: p.s.ID, UserID: p.s.UserID, Status: to, Amount: p.s.Amount, Failure: p.s.Failure.Code,
	})
}

// StalePayment is a payment that no worker has touched for a while, as it was when listed.
type StalePayment struct {
	ID        string
	TouchedAt time.Time
}

// PaymentRepository stores payments. It works inside the transaction of ctx when there is one.
type PaymentRepository interface {
	// Create stores a new payment and returns it, or the existing one of the same user and key.
	Create(ctx context.Context, p *Payment) (*Payment, error)
	// Get returns the payment, or ErrPaymentNotFound.
	Get(ctx context.Context, id string) (*Payment, error)
	// Lock is Get for a caller that changes the payment: other callers of Lock wait until this transaction ends.
	Lock(ctx context.Context, id string) (*Payment, error)
	// Update stores the changed payment. If the row changed since it was loaded, the error makes the whole transaction run again.
	// ErrPaymentNotFound means that the row is gone.
	Update(ctx context.Context, p *Payment) error
	// ListStale returns unsettled payments that were not stored or claimed for this long, oldest first.
	ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]StalePayment, error)
	// CountUnsettled returns the number of payments in each unsettled status; statuses without payments may be missing.
	CountUnsettled(ctx context.Context) (map[PaymentStatus]int64, error)
	// Claim returns the payment if it is still as it was listed; otherwise ErrPaymentLost.
	Claim(ctx context.Context, stale StalePayment) (*Payment, error)
}
