package config

// Secret is a value that must not be printed: every way of formatting it gives ***.
type Secret string

const masked = "***"

// Reveal returns the value itself. Pass it only to the code that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns ***.
func (Secret) String() string { return masked }

// GoString returns ***.
func (Secret) GoString() string { return masked }

// MarshalText returns ***, so that JSON and log encoders do not see the value either.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }
