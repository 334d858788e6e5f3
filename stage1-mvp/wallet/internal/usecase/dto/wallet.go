// Package dto has what goes into use cases and comes out of them.
package dto

import (
	"time"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Wallet is a wallet as it is shown. It is also stored, as the answer to the request that changed it: change its JSON only by adding.
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

// FromWallet returns what is shown of a wallet.
func FromWallet(w *domain.Wallet) Wallet {
	return Wallet{
		UserID:     w.UserID(),
		MinorUnits: w.Balance().MinorUnits(),
		Currency:   w.Balance().Currency(),
		Version:    w.Version(),
	}
}

// FromEntry returns what is shown of an entry.
func FromEntry(e domain.Entry) Entry {
	return Entry{
		ID:         e.ID,
		Kind:       int16(e.Kind),
		MinorUnits: e.Amount.MinorUnits(),
		Currency:   e.Amount.Currency(),
		Reference:  e.Reference,
		CreatedAt:  e.CreatedAt,
	}
}
