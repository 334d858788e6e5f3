package dto

import (
	"time"

	"shop/wallet/internal/domain"
)

// PayIn tops the caller's wallet up by card, once per key. An empty source means the card that the provider has on file.
type PayIn struct {
	Caller         Caller
	MinorUnits     int64
	Currency       string
	Source         string
	IdempotencyKey string
}

// PaidIn is the answer to PayIn: the wallet right after the money came in, and the payment.
type PaidIn struct {
	ToppedUp
	Payment Payment
}

// Payment is a payment as clients see it.
type Payment struct {
	ID            string
	UserID        string
	Status        string
	MinorUnits    int64
	Currency      string
	FailureReason string
	CreatedAt     time.Time
}

// FromPayment returns what clients see of a payment.
func FromPayment(p *domain.Payment) Payment {
	s := p.Snapshot()
	return Payment{
		ID: s.ID, UserID: s.UserID, Status: string(s.Status), MinorUnits: s.Amount.MinorUnits(), Currency: s.Amount.Currency(),
		FailureReason: s.Failure.Reason, CreatedAt: s.CreatedAt,
	}
}
