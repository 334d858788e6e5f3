package idempotency

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"shop/platform/errs"
)

const maxKeyLength = 128

// CheckKey refuses a key that is empty, longer than 128 bytes, or has characters that cannot be stored and logged everywhere.
func CheckKey(key string) error {
	if key == "" || len(key) > maxKeyLength || strings.ContainsFunc(key, notPrintable) {
		return errs.New(errs.InvalidInput, "INVALID_IDEMPOTENCY_KEY",
			"the idempotency key must have 1 to %d printable ASCII characters", maxKeyLength)
	}
	return nil
}

func notPrintable(r rune) bool { return r < ' ' || r > '~' }

// Scope returns the scope of a key: one operation of one caller. The keys of two callers never collide.
func Scope(operation, caller string) string { return operation + ":" + caller }

// Hash returns a hash of the content of a request. Equal content has equal hashes: struct fields keep their order, maps are sorted.
func Hash(request any) ([]byte, error) {
	raw, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("hash request: %w", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}
