package dto

import (
	"time"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// PayIn puts money from a card into the caller's wallet, once for each key. An empty source means the card that the provider has on file.
type PayIn struct {
	Caller         Caller
	MinorUnits     int64
	Currency       string
	Source         string
	IdempotencyKey string
}

// PaidIn is the answer to PayIn: the wallet right after the money came in, and the payment as it was then.
type PaidIn struct {
	ToppedUp
	Payment Payment
}

// RefundTopUp gives the money of one payment back to the card, once for each key.
type RefundTopUp struct {
	Caller         Caller
	PaymentID      string
	IdempotencyKey string
}

// RefundedTopUp is the answer to RefundTopUp. Replayed says that an earlier request with the same key began it.
type RefundedTopUp struct {
	Payment  Payment
	Replayed bool
}

// Payment is a payment as it is shown. It is also stored, as the answer to the request that refunded it: change its JSON only by adding.
type Payment struct {
	ID            string    `json:"id"`
	UserID        string    `json:"user_id"`
	Status        string    `json:"status"`
	MinorUnits    int64     `json:"minor_units"`
	Currency      string    `json:"currency"`
	FailureReason string    `json:"failure_reason,omitempty"`
	CreatedAt     time.Time `json:"created_at"`
}

// FromPayment returns what is shown of a payment.
func FromPayment(p *domain.Payment) Payment {
	return Payment{
		ID:            p.ID(),
		UserID:        p.UserID(),
		Status:        string(p.Status()),
		MinorUnits:    p.Amount().MinorUnits(),
		Currency:      p.Amount().Currency(),
		FailureReason: p.Failure().Reason,
		CreatedAt:     p.CreatedAt(),
	}
}
