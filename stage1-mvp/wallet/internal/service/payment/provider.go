package payment

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Provider charges cards and gives money back. Each call may be repeated for the same payment, and has a timeout of its own. A *Refusal
// proves that what was asked has not happened and will not; after any other error nobody knows.
type Provider interface {
	// Charge takes the amount of the payment from the card, once.
	Charge(ctx context.Context, p *domain.Payment, source string) error
	// Find returns what became of Charge, or ErrNoCharge.
	Find(ctx context.Context, p *domain.Payment) error
	// Void takes the charge back, and stops one that has not arrived yet.
	Void(ctx context.Context, p *domain.Payment) error
	// Refund gives the amount of the payment back, once for each attempt.
	Refund(ctx context.Context, p *domain.Payment) error
}

// ErrNoCharge says that the provider has never heard of the charge. It may still be on its way.
var ErrNoCharge = errors.New("the payment provider knows no such charge")

// Refusal is a refusal by the provider.
type Refusal struct {
	// Voided says that there is no charge because it was taken back.
	Voided bool
	// Reason is for people.
	Reason string
}

// Error returns the reason.
func (r *Refusal) Error() string { return "the payment provider refused: " + r.Reason }
