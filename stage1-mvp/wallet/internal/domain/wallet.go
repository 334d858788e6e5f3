package domain

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// MaxBalance is where top-ups end, in minor units; so far below the end of int64 that a refund always finds room.
const MaxBalance int64 = 1_000_000_000_000_000

// Wallet is the money of one user in one currency. It is nothing but the fold of its ledger: each method adds an entry.
type Wallet struct {
	userID  string
	balance Money
	version int64
	entries []Entry
}

// NewWallet returns the empty wallet that everybody has before the first entry.
func NewWallet(userID, currency string) (*Wallet, error) {
	nothing, err := NewMoney(0, currency)
	if err != nil {
		return nil, err
	}
	return &Wallet{userID: userID, balance: nothing}, nil
}

// Fold returns the wallet that this ledger makes: the snapshot, then each later entry in its order. ErrBrokenLedger if one is missing.
func Fold(userID string, from Snapshot, later []Entry) (*Wallet, error) {
	w := &Wallet{userID: userID, balance: from.Balance, version: from.Seq}
	for _, entry := range later {
		if err := w.apply(entry); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// TopUp puts money in. The errors are ErrInvalidAmount, ErrCurrencyMismatch and ErrWalletFull.
func (w *Wallet) TopUp(id string, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if amount.minor > MaxBalance-w.balance.minor {
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.record(Entry{ID: id, Kind: KindTopUp, Amount: amount, Reference: reference, CreatedAt: now})
}

// Deduct takes money out, never below zero. The errors are ErrInvalidAmount, ErrCurrencyMismatch and ErrInsufficientBalance.
func (w *Wallet) Deduct(id string, amount Money, reference string, now time.Time) error {
	return w.take(KindDeduct, id, amount, reference, now)
}

// RefundTopUp takes money out that goes back to where it came from. Its errors are those of Deduct.
func (w *Wallet) RefundTopUp(id string, amount Money, reference string, now time.Time) error {
	return w.take(KindTopUpRefund, id, amount, reference, now)
}

// ReturnTopUp puts the money of one RefundTopUp back, however full the wallet is.
func (w *Wallet) ReturnTopUp(id string, amount Money, reference string, now time.Time) error {
	return w.record(Entry{ID: id, Kind: KindTopUpReturn, Amount: amount, Reference: reference, CreatedAt: now})
}

func (w *Wallet) take(kind EntryKind, id string, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	left, err := w.balance.Add(amount.Negate())
	if err != nil {
		return err
	}
	if left.IsNegative() {
		return fmt.Errorf("%w: %s to pay, %s there", ErrInsufficientBalance, amount, w.balance)
	}
	return w.record(Entry{ID: id, Kind: kind, Amount: amount.Negate(), Reference: reference, CreatedAt: now})
}

// Refund puts the money of one deduction back, in full.
func (w *Wallet) Refund(id string, deduction Entry, now time.Time) error {
	amount := deduction.Amount.Negate()
	return w.record(Entry{ID: id, Kind: KindRefund, Amount: amount, Reference: deduction.Reference, CreatedAt: now})
}

// UserID returns whose wallet it is.
func (w *Wallet) UserID() string { return w.userID }

// Balance returns the sum of all entries.
func (w *Wallet) Balance() Money { return w.balance }

// Version returns how many entries the ledger has; the optimistic lock.
func (w *Wallet) Version() int64 { return w.version }

// Entries returns what was added since the wallet was loaded, oldest first. The slice is the caller's own.
func (w *Wallet) Entries() []Entry { return slices.Clone(w.entries) }

// ClearEntries forgets the added entries. Call it only after they are committed.
func (w *Wallet) ClearEntries() { w.entries = nil }

func (w *Wallet) record(entry Entry) error {
	entry.UserID, entry.Seq = w.userID, w.version+1
	if err := w.apply(entry); err != nil {
		return err
	}
	w.entries = append(w.entries, entry)
	return nil
}

func (w *Wallet) apply(entry Entry) error {
	if entry.Seq != w.version+1 {
		return fmt.Errorf("%w: entry %d after %d", ErrBrokenLedger, entry.Seq, w.version)
	}
	sum, err := w.balance.Add(entry.Amount)
	if err != nil {
		return err
	}
	w.balance, w.version = sum, entry.Seq
	return nil
}

// Place is where an entry stands in the ledger of its wallet: by time, then by id.
type Place struct {
	CreatedAt time.Time
	ID        string
}

// WalletRepository keeps wallets as ledgers. It works inside the transaction of ctx when there is one.
type WalletRepository interface {
	// Get returns the fold of one ledger; the empty wallet when there is none.
	Get(ctx context.Context, userID, currency string) (*Wallet, error)
	// Lock is Get for one who means to append: others who do wait here until this transaction ends.
	Lock(ctx context.Context, userID, currency string) (*Wallet, error)
	// Append stores the added entries, if nobody else appended since the wallet was loaded. A stale wallet is an error that makes
	// the whole transaction run again.
	Append(ctx context.Context, wallet *Wallet) error
	// FindDeduction returns the entry with which a saga took money, or ErrEntryNotFound.
	FindDeduction(ctx context.Context, reference string) (Entry, error)
	// ListEntries returns at most limit entries of one wallet, newest first, that come after the given place.
	ListEntries(ctx context.Context, userID, currency string, after *Place, limit int) ([]Entry, error)
}
