package domain

import "time"

// EntryKind says why money moved. The values are stored and sent: never renumber them.
type EntryKind int16

const (
	KindTopUp  EntryKind = 1
	KindDeduct EntryKind = 2
	KindRefund EntryKind = 3
	// KindTopUpRefund is a top-up that goes back to the card, KindTopUpReturn the same money when the card did not take it.
	KindTopUpRefund EntryKind = 4
	KindTopUpReturn EntryKind = 5
)

var entryEvents = map[EntryKind]string{
	KindTopUp:       "wallet.balance.topped_up",
	KindDeduct:      "wallet.balance.deducted",
	KindRefund:      "wallet.balance.refunded",
	KindTopUpRefund: "wallet.balance.top_up_refunded",
	KindTopUpReturn: "wallet.balance.top_up_returned",
}

// Entry is one line of the ledger, and also its event. It is written once and never changed; balances are made of entries alone.
type Entry struct {
	ID     string
	UserID string
	Kind   EntryKind
	// Positive for money in, negative for money out.
	Amount Money
	// The saga, the idempotency key or the refund of a payment that caused it.
	Reference string
	// Seq counts the entries of one wallet from 1, without gaps.
	Seq       int64
	CreatedAt time.Time
}

// EventType returns wallet.balance.topped_up, .deducted, .refunded, .top_up_refunded or .top_up_returned.
func (e Entry) EventType() string { return entryEvents[e.Kind] }

// Version returns 1.
func (Entry) Version() int { return 1 }
