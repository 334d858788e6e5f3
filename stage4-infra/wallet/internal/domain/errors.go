// Package domain has the rules of wallets and payments. It imports only the standard library.
package domain

import "errors"

// The errors of the domain. Use cases translate them for clients; compare with errors.Is.
var (
	ErrInvalidCurrency     = errors.New("invalid currency")
	ErrInvalidAmount       = errors.New("amount must be positive")
	ErrCurrencyMismatch    = errors.New("currency mismatch")
	ErrAmountOverflow      = errors.New("amount overflow")
	ErrInsufficientBalance = errors.New("insufficient balance")
	ErrWalletFull          = errors.New("wallet would hold more than it may")
	ErrBrokenLedger        = errors.New("ledger is inconsistent")
	ErrEntryNotFound       = errors.New("ledger entry not found")
	// ErrAlreadyBooked means that the ledger has an entry of this kind for the same saga or payment.
	ErrAlreadyBooked     = errors.New("already in the ledger")
	ErrInvalidTransition = errors.New("invalid payment transition")
	ErrPaymentNotFound   = errors.New("payment not found")
	// ErrPaymentLost means that another worker has claimed the payment. The caller must leave it alone.
	ErrPaymentLost = errors.New("payment was claimed by another worker")
)
