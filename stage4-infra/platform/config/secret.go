package config

import (
	"fmt"
	"io"
)

// Secret is a value that must not be printed: every way of formatting it gives ***.
type Secret string

const masked = "***"

// Reveal returns the value itself. Pass it only to the code that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns ***.
func (Secret) String() string { return masked }

// Format writes *** for every verb. Without it, fmt shows the value of a string for a verb that does not fit, such as %d.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// MarshalText returns ***, so that JSON and log encoders do not see the value either.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }
