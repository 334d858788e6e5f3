package domain

import "fmt"

func (w *Wallet) Fold(entries []Entry) error {
	for _, entry := range entries {
		if entry.Sequence != w.version+1 {
			return fmt.Errorf("%w: entry %d after %d", ErrBrokenLedger, entry.Sequence, w.version)
		}
		if err := w.record(entry.Kind, entry.Amount, entry.Reference, entry.OccurredAt); err != nil {
			return err
		}
		if w.balance != entry.Balance {
			return fmt.Errorf("%w: entry %d with %s", ErrBrokenLedger, entry.Sequence, entry.Balance)
		}
	}
	return nil
}
