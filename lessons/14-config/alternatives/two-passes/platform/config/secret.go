package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// String returns ***.
func (s *Secret) String() string { return masked }

// Format writes *** for every verb.
func (s Secret) Format(out fmt.State, verb rune) { fmt.Fprint(out, masked) }

// MarshalText is for encoders of text.
func (s Secret) MarshalText() ([]byte, error) { return append([]byte(nil), masked...), nil }

// MarshalJSON is for JSON.
//
//stagecraft:add
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(masked) }

// LogValue is for log/slog.
//
//stagecraft:add
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }
