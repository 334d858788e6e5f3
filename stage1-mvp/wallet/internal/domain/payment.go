package domain

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Payment is a customer's top-up that is paid by card, from the intent to the end. It is a saga with one external step, and its own log.
type Payment struct {
	id        string
	userID    string
	request   PaymentRequest
	amount    Money
	status    PaymentStatus
	failure   PaymentFailure
	refund    PaymentRefund
	version   int64
	createdAt time.Time
	updatedAt time.Time
	events    []PaymentEvent
}

// PaymentRequest identifies a repetition: the customer's key, and a hash of what he asked for with it.
type PaymentRequest struct {
	Key  string
	Hash []byte
}

// PaymentFailure is why no money came in: a code for programs and a reason for people.
type PaymentFailure struct {
	Code   PaymentFailureCode
	Reason string
}

// PaymentFailureCode says who or what kept the money out.
type PaymentFailureCode string

const (
	FailureDeclined  PaymentFailureCode = "DECLINED"   // the provider refused the card
	FailureNotBooked PaymentFailureCode = "NOT_BOOKED" // the wallet refused the money
	FailureAbandoned PaymentFailureCode = "ABANDONED"  // the charge never arrived, and nobody repeated it
)

// PaymentRefund is the last attempt to give the money back. Attempts are counted from 1; Scope and Key say whose answer it decides.
type PaymentRefund struct {
	Attempt int
	Scope   string
	Key     string
}

// NewPayment returns a Pending payment. The errors are ErrInvalidAmount, and ErrWalletFull for an amount that not even an empty wallet
// would take: no card is charged for that.
func NewPayment(id, userID string, request PaymentRequest, amount Money, now time.Time) (*Payment, error) {
	if !amount.IsPositive() {
		return nil, fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if amount.minor > MaxBalance {
		return nil, fmt.Errorf("%w: %s", ErrWalletFull, amount)
	}
	p := &Payment{
		id: id, userID: userID, request: request, amount: amount, status: PaymentPending, version: 1, createdAt: now, updatedAt: now,
	}
	p.record(paymentEvents[PaymentPending], now)
	return p, nil
}

// MarkCharged says that the provider has the money.
func (p *Payment) MarkCharged(now time.Time) error { return p.transition(PaymentCharged, now) }

// MarkBooked says that the wallet has the money.
func (p *Payment) MarkBooked(now time.Time) error {
	if p.status == PaymentRefunding {
		return fmt.Errorf("%w: %s to %s without a refusal", ErrInvalidTransition, p.status, PaymentBooked)
	}
	return p.transition(PaymentBooked, now)
}

// Decline says that the provider refused the card, for this reason.
func (p *Payment) Decline(reason string, now time.Time) error {
	return p.fail(PaymentDeclined, PaymentFailure{Code: FailureDeclined, Reason: reason}, now)
}

// StartVoid decides that no money may come in through this payment. Money that is charged may be in the wallet already, before the payment
// says so: then only the refusal of the wallet proves that it is not.
func (p *Payment) StartVoid(failure PaymentFailure, now time.Time) error {
	if p.status == PaymentCharged && failure.Code != FailureNotBooked {
		return fmt.Errorf("%w: %s to %s without a refusal of the wallet", ErrInvalidTransition, p.status, PaymentVoiding)
	}
	return p.fail(PaymentVoiding, failure, now)
}

// MarkVoided says that the provider holds no money of this payment, and will take none.
func (p *Payment) MarkVoided(now time.Time) error { return p.transition(PaymentVoided, now) }

// StartRefund decides that the money goes back to the card, and counts the attempt.
func (p *Payment) StartRefund(scope, key string, now time.Time) error {
	if err := p.transition(PaymentRefunding, now); err != nil {
		return err
	}
	p.refund = PaymentRefund{Attempt: p.refund.Attempt + 1, Scope: scope, Key: key}
	return nil
}

// MarkRefunded says that this attempt has put the money back on the card.
func (p *Payment) MarkRefunded(attempt int, now time.Time) error {
	if err := p.isAttempt(attempt); err != nil {
		return err
	}
	return p.transition(PaymentRefunded, now)
}

// RefuseRefund says that this attempt failed for good, and that the money is in the wallet again.
func (p *Payment) RefuseRefund(attempt int, now time.Time) error {
	if err := p.isAttempt(attempt); err != nil {
		return err
	}
	return p.become(PaymentBooked, refundRefused, now)
}

// isAttempt keeps a late answer to one attempt from deciding the next.
func (p *Payment) isAttempt(attempt int) error {
	if p.status != PaymentRefunding || p.refund.Attempt != attempt {
		return fmt.Errorf("%w: refund %d ends, the payment is %s at refund %d", ErrInvalidTransition, attempt, p.status, p.refund.Attempt)
	}
	return nil
}

// Events returns what happened since the payment was made or loaded, oldest first. The slice is the caller's own.
func (p *Payment) Events() []PaymentEvent { return slices.Clone(p.events) }

// ClearEvents forgets the collected events. Call it only after they are committed.
func (p *Payment) ClearEvents() { p.events = nil }

func (p *Payment) fail(to PaymentStatus, failure PaymentFailure, now time.Time) error {
	if err := p.transition(to, now); err != nil {
		return err
	}
	p.failure = failure
	return nil
}

func (p *Payment) transition(to PaymentStatus, now time.Time) error {
	return p.become(to, paymentEvents[to], now)
}

func (p *Payment) become(to PaymentStatus, event string, now time.Time) error {
	if !p.status.CanTransitionTo(to) {
		return fmt.Errorf("%w: %s to %s", ErrInvalidTransition, p.status, to)
	}
	p.status, p.updatedAt = to, now
	p.record(event, now)
	return nil
}

func (p *Payment) record(eventType string, now time.Time) {
	p.events = append(p.events, PaymentEvent{
		PaymentID: p.id, UserID: p.userID, Status: p.status, Amount: p.amount, OccurredAt: now, eventType: eventType,
	})
}

// StalePayment is a payment that nobody has touched for a while, as it was seen then.
type StalePayment struct {
	ID        string
	Version   int64
	TouchedAt time.Time
}

// PaymentRepository keeps payments. It works inside the transaction of ctx when there is one.
type PaymentRepository interface {
	// Create stores a new payment and returns it, or the one that is there already for the same user and key.
	Create(ctx context.Context, p *Payment) (*Payment, error)
	// Get returns the payment, or ErrPaymentNotFound.
	Get(ctx context.Context, id string) (*Payment, error)
	// Lock is Get for a caller who will change the payment: other callers of Lock wait until this transaction ends, and then see its
	// result.
	Lock(ctx context.Context, id string) (*Payment, error)
	// Update stores the changed payment if nobody else changed it since it was loaded, and raises its version; ErrPaymentNotFound if it
	// is gone. A stale payment is an error that makes the whole transaction run again.
	Update(ctx context.Context, p *Payment) error
	// ListStale returns payments that are not settled and were not stored or claimed for this long, the oldest first.
	ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]StalePayment, error)
	// CountUnsettled returns how many payments of each status somebody still has to work on; statuses that have none may be missing.
	CountUnsettled(ctx context.Context) (map[PaymentStatus]int64, error)
	// Claim takes the payment over if it is still as it was seen, and returns it; otherwise ErrPaymentLost.
	Claim(ctx context.Context, stale StalePayment) (*Payment, error)
}
