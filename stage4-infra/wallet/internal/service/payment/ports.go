package payment

import (
	"context"
	"errors"

	"shop/wallet/internal/domain"
)

// Transactor runs a function in a transaction, perhaps several times.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// EventPublisher publishes events when the transaction of ctx commits.
type EventPublisher interface {
	Publish(ctx context.Context, events ...domain.Event) error
}

// Provider charges cards. Each call may be repeated for the same payment and has its own timeout. A *Refusal proves that the requested
// action has not happened and will not, and Unavailable that the call was not made; after any other error the outcome is unknown.
type Provider interface {
	// Charge takes the amount of the payment from the card, once.
	Charge(ctx context.Context, p *domain.Payment, source string) error
	// Find returns the outcome of Charge, or ErrNoCharge.
	Find(ctx context.Context, p *domain.Payment) error
	// Void cancels the charge, also one that has not arrived yet.
	Void(ctx context.Context, p *domain.Payment) error
}

// ErrNoCharge means that the provider does not know the charge. It may still arrive.
var ErrNoCharge = errors.New("the payment provider knows no such charge")

// Refusal is a refusal by the provider.
type Refusal struct {
	// Voided means that there is no charge because it was voided.
	Voided bool
	// Reason is for people.
	Reason string
}

// Error returns the reason.
func (r *Refusal) Error() string { return "the payment provider refused: " + r.Reason }
