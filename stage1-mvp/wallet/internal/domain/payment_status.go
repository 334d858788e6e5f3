package domain

import "slices"

// PaymentStatus is how far a payment has come. The values are stored and sent: never rename them.
type PaymentStatus string

const (
	PaymentPending   PaymentStatus = "PENDING"   // intended: from here on the card may be charged
	PaymentCharged   PaymentStatus = "CHARGED"   // the money is the provider's to hand over, and must be booked or given back
	PaymentBooked    PaymentStatus = "BOOKED"    // the money is in the wallet
	PaymentDeclined  PaymentStatus = "DECLINED"  // the card was not charged, and will not be
	PaymentVoiding   PaymentStatus = "VOIDING"   // the charge is being taken back, and must be until it is
	PaymentVoided    PaymentStatus = "VOIDED"    // no charge is left, and none can come any more
	PaymentRefunding PaymentStatus = "REFUNDING" // the money has left the wallet and is on its way to the card
	PaymentRefunded  PaymentStatus = "REFUNDED"  // the money is back on the card
)

// paymentTransitions is a whitelist. Its arrows keep two workers from both booking and voiding one payment: to book needs CHARGED, to void
// what is charged needs the refusal of the wallet, and no arrow leads from one to the other.
var paymentTransitions = map[PaymentStatus][]PaymentStatus{
	PaymentPending:   {PaymentCharged, PaymentDeclined, PaymentVoiding},
	PaymentCharged:   {PaymentBooked, PaymentVoiding},
	PaymentVoiding:   {PaymentVoided},
	PaymentBooked:    {PaymentRefunding},
	PaymentRefunding: {PaymentRefunded, PaymentBooked},
}

// UnsettledPaymentStatuses are those in which somebody still has to work on a payment.
func UnsettledPaymentStatuses() []PaymentStatus {
	return []PaymentStatus{PaymentPending, PaymentCharged, PaymentVoiding, PaymentRefunding}
}

// CanTransitionTo tells whether a payment in status s may next be in status to.
func (s PaymentStatus) CanTransitionTo(to PaymentStatus) bool {
	return slices.Contains(paymentTransitions[s], to)
}
