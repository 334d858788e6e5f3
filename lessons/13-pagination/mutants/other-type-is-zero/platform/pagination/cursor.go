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
	if !hmac.Equal(mac, s.mac(scope, payload)) {
		return invalid(nil)
	}
	_ = json.Unmarshal(payload, place)
	return nil
}
