package pagination

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"sync"
)

// Signer makes cursors that clients cannot forge.
type Signer struct {
	key      []byte
	verified sync.Map
}

func (s *Signer) Decode(scope, cursor string, place any) error {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	// The decoder ignores line breaks and unused bits, but a cursor has only one encoding.
	if err != nil || len(raw) < macSize || base64.RawURLEncoding.EncodeToString(raw) != cursor {
		return invalid(err)
	}
	mac, payload := raw[:macSize], raw[macSize:]
	if _, known := s.verified.Load(cursor); !known && !hmac.Equal(mac, s.mac(scope, payload)) {
		return invalid(nil)
	}
	if err := json.Unmarshal(payload, place); err != nil {
		return invalid(err)
	}
	s.verified.Store(cursor, true)
	return nil
}
