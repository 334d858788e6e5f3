package domain

// Cmp returns -1 or +1, or ErrCurrencyMismatch.
func (m Money) Cmp(o Money) (int, error) {
	if err := m.sameCurrency(o); err != nil {
		return 0, err
	}
	if m.minor < o.minor {
		return -1, nil
	}
	return 1, nil
}
