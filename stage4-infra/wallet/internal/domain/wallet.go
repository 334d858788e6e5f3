package domain

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// MaxBalance is the limit of top-ups, in minor units; so far below the end of int64 that a refund always has room.
const MaxBalance int64 = 1_000_000_000_000_000

// Wallet is the money of one user in one currency. Its ledger is the truth: each method adds an entry, and the balance is the sum of them.
type Wallet struct {
	userID  string
	balance Money
	version int64
	entries []Entry
}

// NewWallet returns the empty wallet that every user has before the first entry.
func NewWallet(userID, currency string) (*Wallet, error) {
	nothing, err := NewMoney(0, currency)
	if err != nil {
		return nil, err
	}
	return RestoreWallet(userID, nothing, 0), nil
}

// RestoreWallet returns a stored wallet, with the balance after the entry with the number version.
func RestoreWallet(userID string, balance Money, version int64) *Wallet {
	return &Wallet{userID: userID, balance: balance, version: version}
}

// Fold applies stored entries to the wallet, in order. ErrBrokenLedger means that one is missing or has another balance.
func (w *Wallet) Fold(entries []Entry) error {
	for _, entry := range entries {
		balance, err := w.balance.Add(entry.Amount)
		if err != nil {
			return err
		}
		if entry.Sequence != w.version+1 || entry.Balance != balance {
			return fmt.Errorf("%w: entry %d with %s, after %d", ErrBrokenLedger, entry.Sequence, entry.Balance, w.version)
		}
		w.balance, w.version = balance, entry.Sequence
	}
	return nil
}

// TopUp puts money in. The errors are ErrInvalidAmount, ErrCurrencyMismatch and ErrWalletFull.
func (w *Wallet) TopUp(amount Money, reference string, now time.Time) error {
	return w.put(KindTopUp, amount, reference, now)
}

// TopUpByCard puts the money of a payment in. Its errors are those of TopUp.
func (w *Wallet) TopUpByCard(amount Money, paymentID string, now time.Time) error {
	return w.put(KindCardTopUp, amount, paymentID, now)
}

func (w *Wallet) put(kind EntryKind, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if amount.minor > MaxBalance-w.balance.minor {
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.record(kind, amount, reference, now)
}

// Deduct takes money out, never below zero. The errors are ErrInvalidAmount, ErrCurrencyMismatch and ErrInsufficientBalance.
func (w *Wallet) Deduct(amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	left, err := w.balance.Add(amount.Negate())
	if err != nil {
		return err
	}
	if left.IsNegative() {
		return fmt.Errorf("%w: %s needed, %s available", ErrInsufficientBalance, amount, w.balance)
	}
	return w.record(KindDeduct, amount.Negate(), reference, now)
}

// Refund puts the money of one deduction back, in full and regardless of MaxBalance.
func (w *Wallet) Refund(deduction Entry, now time.Time) error {
	return w.record(KindRefund, deduction.Amount.Negate(), deduction.Reference, now)
}

// UserID returns the owner.
func (w *Wallet) UserID() string { return w.userID }

// Balance returns the sum of all entries.
func (w *Wallet) Balance() Money { return w.balance }

// Version returns the number of entries in the ledger; the optimistic lock.
func (w *Wallet) Version() int64 { return w.version }

// Entries returns what was added since the wallet was loaded, oldest first. The slice is a copy.
func (w *Wallet) Entries() []Entry { return slices.Clone(w.entries) }

// Events returns the added entries as events.
func (w *Wallet) Events() []Event {
	events := make([]Event, len(w.entries))
	for i, entry := range w.entries {
		events[i] = entry
	}
	return events
}

func (w *Wallet) record(kind EntryKind, amount Money, reference string, now time.Time) error {
	balance, err := w.balance.Add(amount)
	if err != nil {
		return err
	}
	w.balance, w.version = balance, w.version+1
	w.entries = append(w.entries, RestoreEntry(w.userID, w.version, kind, amount, balance, reference, now))
	return nil
}

// walletID identifies the aggregate in events.
func walletID(userID, currency string) string { return userID + ":" + currency }

// WalletRepository stores wallets and their ledgers. It works inside the transaction of ctx when there is one.
type WalletRepository interface {
	// Get returns the wallet; the empty one when it has no entries.
	Get(ctx context.Context, userID, currency string) (*Wallet, error)
	// Lock is Get for a caller that appends: other callers of Lock wait until this transaction ends.
	Lock(ctx context.Context, userID, currency string) (*Wallet, error)
	// Append stores the added entries and the balance. If the wallet changed since it was loaded, the error makes the whole transaction run
	// again. ErrAlreadyBooked means that the ledger has such an entry; the transaction must be rolled back.
	Append(ctx context.Context, wallet *Wallet) error
	// FindEntry returns the entry of a kind with this cause, or ErrEntryNotFound. The kind is not KindTopUp, whose causes are not unique.
	FindEntry(ctx context.Context, kind EntryKind, reference string) (Entry, error)
	// ListEntries returns at most limit entries of one wallet, newest first: those before the entry with the number before, or the newest
	// when before is 0.
	ListEntries(ctx context.Context, userID, currency string, before int64, limit int) ([]Entry, error)
}
