package domain

func (w *Wallet) Fold(entries []Entry) error {
	for _, entry := range entries {
		balance, err := w.balance.Add(entry.Amount)
		if err != nil {
			return err
		}
		w.balance, w.version = balance, entry.Sequence
	}
	return nil
}
