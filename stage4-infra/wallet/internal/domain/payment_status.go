package domain

import "slices"

// PaymentStatus is the state of a payment. The values are stored and sent: never rename them.
type PaymentStatus string

const (
	PaymentPending  PaymentStatus = "PENDING"  // intended: from here on the card may be charged
	PaymentCharged  PaymentStatus = "CHARGED"  // the provider has the money; it must be booked or voided
	PaymentBooked   PaymentStatus = "BOOKED"   // the money is in the wallet
	PaymentDeclined PaymentStatus = "DECLINED" // the card was not charged and will not be
	PaymentVoiding  PaymentStatus = "VOIDING"  // the charge must be voided; repeat until it is
	PaymentVoided   PaymentStatus = "VOIDED"   // there is no charge, and none can follow
)

// paymentTransitions is a whitelist. No path leads from voiding to booked or back, so a payment is never both.
var paymentTransitions = map[PaymentStatus][]PaymentStatus{
	PaymentPending: {PaymentCharged, PaymentDeclined, PaymentVoiding},
	PaymentCharged: {PaymentBooked, PaymentVoiding},
	PaymentVoiding: {PaymentVoided},
}

// UnsettledPaymentStatuses returns the statuses in which a payment needs further work.
func UnsettledPaymentStatuses() []PaymentStatus {
	return []PaymentStatus{PaymentPending, PaymentCharged, PaymentVoiding}
}

// CanTransitionTo reports whether a payment in status s may next be in status to.
func (s PaymentStatus) CanTransitionTo(to PaymentStatus) bool {
	return slices.Contains(paymentTransitions[s], to)
}
