// Package dto has the inputs and outputs of the use cases.
package dto

import (
	"time"

	"shop/wallet/internal/domain"
)

// Wallet is a wallet as clients see it. It is also stored as the answer to the request that changed it: only add to its JSON.
type Wallet struct {
	UserID     string `json:"user_id"`
	MinorUnits int64  `json:"minor_units"`
	Currency   string `json:"currency"`
	Version    int64  `json:"version"`
}

// Entry is one line of the ledger.
type Entry struct {
	ID         string
	Kind       int16
	MinorUnits int64
	Currency   string
	Reference  string
	CreatedAt  time.Time
}

// WalletAfter returns the wallet right after an entry.
func WalletAfter(e domain.Entry) Wallet {
	return Wallet{UserID: e.UserID, MinorUnits: e.Balance.MinorUnits(), Currency: e.Balance.Currency(), Version: e.Sequence}
}

// FromWallet returns what clients see of a wallet.
func FromWallet(w *domain.Wallet) Wallet {
	return Wallet{
		UserID:     w.UserID(),
		MinorUnits: w.Balance().MinorUnits(),
		Currency:   w.Balance().Currency(),
		Version:    w.Version(),
	}
}

// FromEntry returns what clients see of an entry.
func FromEntry(e domain.Entry) Entry {
	return Entry{
		ID:         e.ID,
		Kind:       int16(e.Kind),
		MinorUnits: e.Amount.MinorUnits(),
		Currency:   e.Amount.Currency(),
		Reference:  e.Reference,
		CreatedAt:  e.OccurredAt,
	}
}
