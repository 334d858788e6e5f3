package infra

import (
	"crypto/rand"
	"encoding/hex"
)

// randomWord is a password that needs no quoting anywhere.
func randomWord() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // Never fails, says its documentation.
	return hex.EncodeToString(raw)
}
