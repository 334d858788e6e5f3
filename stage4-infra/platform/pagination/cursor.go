// Package pagination has page sizes and signed cursors for lists that are read page by page.
package pagination

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"shop/platform/errs"
)

const (
	defaultSize = 20
	maxSize     = 100
	macSize     = sha256.Size
	// version is part of what is signed, so that a cursor of another format is refused and not misread.
	version = "v1"
)

// Size returns the page size for a requested one: 20 for none, at most 100.
func Size(requested int32) int {
	if requested <= 0 {
		return defaultSize
	}
	return min(int(requested), maxSize)
}

// Signer makes cursors that clients cannot forge.
type Signer struct{ key []byte }

// NewSigner returns a Signer with the secret of cfg.
func NewSigner(cfg Config) *Signer { return &Signer{key: []byte(cfg.Secret.Reveal())} }

// Encode returns an opaque cursor that holds place, the position of the last row of a page. scope names the list, its sort order and all
// its filters, including its owner: a cursor is valid only for the scope it was made for.
func (s *Signer) Encode(scope string, place any) (string, error) {
	payload, err := json.Marshal(place)
	if err != nil {
		return "", fmt.Errorf("encode cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(s.mac(scope, payload), payload...)), nil
}

// Decode reads a cursor into place. A damaged or forged one, or one of another scope, is InvalidInput.
func (s *Signer) Decode(scope, cursor string, place any) error {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	// The decoder ignores line breaks and unused bits, but a cursor has only one encoding.
	if err != nil || len(raw) < macSize || base64.RawURLEncoding.EncodeToString(raw) != cursor {
		return invalid(err)
	}
	mac, payload := raw[:macSize], raw[macSize:]
	if !hmac.Equal(mac, s.mac(scope, payload)) {
		return invalid(nil)
	}
	if err := json.Unmarshal(payload, place); err != nil {
		return invalid(err)
	}
	return nil
}

func (s *Signer) mac(scope string, payload []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	// The length keeps a scope from running over into the payload.
	fmt.Fprintf(h, "%s|%d|%s|", version, len(scope), scope)
	h.Write(payload)
	return h.Sum(nil)
}

func invalid(cause error) error {
	return errs.Wrap(cause, errs.InvalidInput, "INVALID_CURSOR", "the page cursor is not valid for this list")
}
