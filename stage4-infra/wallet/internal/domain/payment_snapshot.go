package domain

import (
	"bytes"
	"time"
)

// PaymentSnapshot is a payment as it is stored, for repositories.
type PaymentSnapshot struct {
	ID        string
	UserID    string
	Request   PaymentRequest
	Amount    Money
	Status    PaymentStatus
	Failure   PaymentFailure
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// RestorePayment returns a stored payment. It checks nothing and records no event.
func RestorePayment(s PaymentSnapshot) *Payment { return &Payment{s: s} }

// Snapshot returns the current state, to be stored.
func (p *Payment) Snapshot() PaymentSnapshot { return p.s }

// ID returns the payment's UUID.
func (p *Payment) ID() string { return p.s.ID }

// UserID returns the UUID of the user who pays and owns the wallet.
func (p *Payment) UserID() string { return p.s.UserID }

// IsFor reports whether a request with the same key and this content hash repeats the one that created the payment.
func (p *Payment) IsFor(hash []byte) bool { return bytes.Equal(p.s.Request.Hash, hash) }

// Amount returns the amount to pay.
func (p *Payment) Amount() Money { return p.s.Amount }

// Status returns the state of the payment.
func (p *Payment) Status() PaymentStatus { return p.s.Status }

// Failure returns why no money came in; the zero value otherwise.
func (p *Payment) Failure() PaymentFailure { return p.s.Failure }
