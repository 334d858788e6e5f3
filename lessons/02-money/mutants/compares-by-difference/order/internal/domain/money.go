package domain

// Cmp returns -1, 0 or +1 as m is less than, equal to or more than o, or ErrCurrencyMismatch.
func (m Money) Cmp(o Money) (int, error) {
	if err := m.sameCurrency(o); err != nil {
		return 0, err
	}
	switch difference := m.minor - o.minor; {
	case difference < 0:
		return -1, nil
	case difference > 0:
		return 1, nil
	}
	return 0, nil
}
