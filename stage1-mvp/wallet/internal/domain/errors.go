// Package domain is what a wallet is and may become. It imports only the standard library.
package domain

import "errors"

// What the domain refuses. Use cases translate these for the outside; compare with errors.Is.
var (
	ErrInvalidCurrency     = errors.New("invalid currency")
	ErrInvalidAmount       = errors.New("amount must be positive")
	ErrCurrencyMismatch    = errors.New("currency mismatch")
	ErrAmountOverflow      = errors.New("amount overflow")
	ErrInsufficientBalance = errors.New("insufficient balance")
	ErrWalletFull          = errors.New("wallet would hold more than it may")
	ErrBrokenLedger        = errors.New("ledger has a gap or an entry twice")
	ErrEntryNotFound       = errors.New("ledger entry not found")
	ErrInvalidTransition   = errors.New("invalid payment transition")
	ErrPaymentNotFound     = errors.New("payment not found")
	// ErrPaymentLost says that somebody else has taken the payment over. Whoever sees it must leave the payment alone.
	ErrPaymentLost = errors.New("payment was taken over")
)
