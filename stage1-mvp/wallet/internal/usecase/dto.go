package usecase

import (
	"time"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// WalletDTO is a wallet as it leaves the use cases, and as answers to top-ups are kept.
type WalletDTO struct {
	UserID     string `json:"user_id"`
	MinorUnits int64  `json:"minor_units"`
	Currency   string `json:"currency"`
	Version    int64  `json:"version"`
}

// EntryDTO is one line of the ledger.
type EntryDTO struct {
	ID         string
	Kind       int16
	MinorUnits int64
	Currency   string
	Reference  string
	CreatedAt  time.Time
}

func toWalletDTO(w *domain.Wallet) WalletDTO {
	return WalletDTO{
		UserID:     w.UserID(),
		MinorUnits: w.Balance().MinorUnits(),
		Currency:   w.Balance().Currency(),
		Version:    w.Version(),
	}
}

func toEntryDTO(e domain.Entry, _ int) EntryDTO {
	return EntryDTO{
		ID:         e.ID,
		Kind:       int16(e.Kind),
		MinorUnits: e.Amount.MinorUnits(),
		Currency:   e.Amount.Currency(),
		Reference:  e.Reference,
		CreatedAt:  e.CreatedAt,
	}
}
