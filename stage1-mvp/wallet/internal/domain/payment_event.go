package domain

import "time"

var paymentEvents = map[PaymentStatus]string{
	PaymentPending:   "wallet.payment.created",
	PaymentCharged:   "wallet.payment.charged",
	PaymentBooked:    "wallet.payment.booked",
	PaymentDeclined:  "wallet.payment.declined",
	PaymentVoiding:   "wallet.payment.voiding",
	PaymentVoided:    "wallet.payment.voided",
	PaymentRefunding: "wallet.payment.refunding",
	PaymentRefunded:  "wallet.payment.refunded",
}

const refundRefused = "wallet.payment.refund_refused"

// PaymentEvent happened when a payment reached a status.
type PaymentEvent struct {
	PaymentID  string
	UserID     string
	Status     PaymentStatus
	Amount     Money
	OccurredAt time.Time
	eventType  string
}

// EventType returns wallet.payment followed by created, charged, booked, declined, voiding, voided, refunding, refunded or refund_refused.
func (e PaymentEvent) EventType() string { return e.eventType }

// Version returns 1.
func (PaymentEvent) Version() int { return 1 }

var _ Event = PaymentEvent{}
