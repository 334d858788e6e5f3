package domain

import "cmp"

// Cmp returns -1, 0 or +1 as m is less than, equal to or more than o.
func (m Money) Cmp(o Money) (int, error) {
	return cmp.Compare(m.minor, o.minor), nil
}
