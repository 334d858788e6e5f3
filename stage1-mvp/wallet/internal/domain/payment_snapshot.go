package domain

import (
	"bytes"
	"time"
)

// PaymentSnapshot is a payment as it is stored. Only a repository has use for it.
type PaymentSnapshot struct {
	ID        string
	UserID    string
	Request   PaymentRequest
	Amount    Money
	Status    PaymentStatus
	Failure   PaymentFailure
	Refund    PaymentRefund
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// RestorePayment brings back a stored payment. It checks nothing and records no event: what is stored was valid.
func RestorePayment(s PaymentSnapshot) *Payment {
	return &Payment{
		id: s.ID, userID: s.UserID, request: s.Request, amount: s.Amount, status: s.Status, failure: s.Failure, refund: s.Refund,
		version: s.Version, createdAt: s.CreatedAt, updatedAt: s.UpdatedAt,
	}
}

// ID returns the payment's UUID.
func (p *Payment) ID() string { return p.id }

// UserID returns the UUID of the user who pays, and whose wallet it is.
func (p *Payment) UserID() string { return p.userID }

// Request returns the key and the content hash by which a repetition is recognised.
func (p *Payment) Request() PaymentRequest { return p.request }

// IsFor tells whether a request with the same key and this content is a repetition of the one that made the payment.
func (p *Payment) IsFor(hash []byte) bool { return bytes.Equal(p.request.Hash, hash) }

// Amount returns what is paid.
func (p *Payment) Amount() Money { return p.amount }

// Status returns how far the payment has come.
func (p *Payment) Status() PaymentStatus { return p.status }

// Failure returns why no money came in; the zero value if it did, or may yet.
func (p *Payment) Failure() PaymentFailure { return p.failure }

// Refund returns the last attempt to give the money back; the zero value if there was none.
func (p *Payment) Refund() PaymentRefund { return p.refund }

// Version returns how many times the payment was stored or claimed; the optimistic lock.
func (p *Payment) Version() int64 { return p.version }

// CreatedAt returns when the customer asked for it.
func (p *Payment) CreatedAt() time.Time { return p.createdAt }

// UpdatedAt returns when the payment last changed.
func (p *Payment) UpdatedAt() time.Time { return p.updatedAt }
