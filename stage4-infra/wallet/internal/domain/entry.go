package domain

import "time"

// EntryKind says why money moved. The values are stored and sent: never renumber them.
type EntryKind int16

const (
	KindTopUp     EntryKind = 1 // at the cash desk
	KindDeduct    EntryKind = 2
	KindRefund    EntryKind = 3
	KindCardTopUp EntryKind = 4
)

var entryEvents = map[EntryKind]string{
	KindTopUp:     "wallet.balance.topped_up",
	KindDeduct:    "wallet.balance.deducted",
	KindRefund:    "wallet.balance.refunded",
	KindCardTopUp: "wallet.balance.topped_up_by_card",
}

// Entry is one line of the ledger, and also its event. It is written once and never changed.
type Entry struct {
	// EventMeta.Sequence numbers the entries of one wallet from 1, without gaps.
	EventMeta
	UserID string
	Kind   EntryKind
	// Amount is positive for money in and negative for money out.
	Amount Money
	// Balance is what the wallet holds after this entry.
	Balance Money
	// Reference is the cause: the idempotency key of a TopUp, the saga and its step of a Deduct or Refund, the payment of a CardTopUp. Except for a TopUp,
	// a saga or payment has one entry of a kind at most.
	Reference string
}

// RestoreEntry returns a stored entry.
func RestoreEntry(
	userID string, sequence int64, kind EntryKind, amount, balance Money, reference string, createdAt time.Time,
) Entry {
	return Entry{
		EventMeta: newEventMeta(walletID(userID, amount.currency), sequence, createdAt),
		UserID:    userID, Kind: kind, Amount: amount, Balance: balance, Reference: reference,
	}
}

// EventType returns wallet.balance.topped_up, .deducted, .refunded or .topped_up_by_card.
func (e Entry) EventType() string { return entryEvents[e.Kind] }

// Version returns 1.
func (Entry) Version() int { return 1 }

var _ Event = Entry{}
