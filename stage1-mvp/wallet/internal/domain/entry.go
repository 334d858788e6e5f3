package domain

import "time"

// EntryKind says why money moved. The values are stored and sent: never renumber them.
type EntryKind int16

const (
	KindTopUp  EntryKind = 1
	KindDeduct EntryKind = 2
	KindRefund EntryKind = 3
)

var entryEvents = map[EntryKind]string{
	KindTopUp:  "wallet.balance.topped_up",
	KindDeduct: "wallet.balance.deducted",
	KindRefund: "wallet.balance.refunded",
}

// Entry is one line of the ledger, and at the same time the event of it: written once, never changed, and all that a balance is
// made of.
type Entry struct {
	ID     string
	UserID string
	Kind   EntryKind
	// Positive for money in, negative for money out.
	Amount Money
	// The saga or idempotency key that caused it.
	Reference string
	// Seq counts the entries of one wallet from 1, without gaps.
	Seq       int64
	CreatedAt time.Time
}

// EventType returns wallet.balance.topped_up, .deducted or .refunded.
func (e Entry) EventType() string { return entryEvents[e.Kind] }

// Version returns 1.
func (Entry) Version() int { return 1 }
