package domain

import "fmt"

const maxSKULength = 64

// SKU names one article. Only ParseSKU makes a valid one.
type SKU string

// ParseSKU returns the SKU, or ErrInvalidSKU.
func ParseSKU(s string) (SKU, error) {
	if s == "" || len(s) > maxSKULength {
		return "", fmt.Errorf("%w: %d characters", ErrInvalidSKU, len(s))
	}
	for i := range len(s) {
		if !isSKUByte(s[i]) {
			return "", fmt.Errorf("%w: found %q", ErrInvalidSKU, s[i])
		}
	}
	return SKU(s), nil
}

// Printable ASCII without the space: what can stand in a URL, a log line and a label alike.
func isSKUByte(b byte) bool { return b > ' ' && b < 0x7f }
