package domain

var paymentEvents = map[PaymentStatus]string{
	PaymentPending:  "wallet.payment.created",
	PaymentCharged:  "wallet.payment.charged",
	PaymentBooked:   "wallet.payment.booked",
	PaymentDeclined: "wallet.payment.declined",
	PaymentVoiding:  "wallet.payment.voiding",
	PaymentVoided:   "wallet.payment.voided",
}

// PaymentEvent is recorded when a payment reaches a status.
type PaymentEvent struct {
	EventMeta
	PaymentID string
	UserID    string
	Status    PaymentStatus
	Amount    Money
	Failure   PaymentFailureCode
}

// EventType returns wallet.payment.created, .charged, .booked, .declined, .voiding or .voided.
func (e PaymentEvent) EventType() string { return paymentEvents[e.Status] }

// Version returns 1.
func (PaymentEvent) Version() int { return 1 }

var _ Event = PaymentEvent{}
