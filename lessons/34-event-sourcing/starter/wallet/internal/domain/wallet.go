package domain

import "time"

// Fold applies stored entries to the wallet, in order.
func (w *Wallet) Fold(entries []Entry) error {
	// TODO: what must be true of each entry?
	return nil
}

func (w *Wallet) record(kind EntryKind, amount Money, reference string, now time.Time) error {
	// TODO: change the wallet, and keep the entry for the ledger.
	return nil
}
