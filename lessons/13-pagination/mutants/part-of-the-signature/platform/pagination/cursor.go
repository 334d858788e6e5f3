package pagination

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
)

func (s *Signer) Decode(scope, cursor string, place any) error {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	// The decoder ignores line breaks and unused bits, but a cursor has only one encoding.
	if err != nil || len(raw) < macSize || base64.RawURLEncoding.EncodeToString(raw) != cursor {
		return invalid(err)
	}
	mac, payload := raw[:macSize], raw[macSize:]
	if !hmac.Equal(mac[:8], s.mac(scope, payload)[:8]) {
		return invalid(nil)
	}
	if err := json.Unmarshal(payload, place); err != nil {
		return invalid(err)
	}
	return nil
}
