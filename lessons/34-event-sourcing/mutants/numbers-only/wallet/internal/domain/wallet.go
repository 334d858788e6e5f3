package domain

import "fmt"

func (w *Wallet) Fold(entries []Entry) error {
	for _, entry := range entries {
		balance, err := w.balance.Add(entry.Amount)
		if err != nil {
			return err
		}
		if entry.Sequence != w.version+1 {
			return fmt.Errorf("%w: entry %d after %d", ErrBrokenLedger, entry.Sequence, w.version)
		}
		w.balance, w.version = balance, entry.Sequence
	}
	return nil
}
