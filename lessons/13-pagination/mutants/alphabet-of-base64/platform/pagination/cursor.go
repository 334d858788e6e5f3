package pagination

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

func (s *Signer) Decode(scope, cursor string, place any) error {
	raw, err := base64.StdEncoding.DecodeString(cursor)
	// The decoder ignores line breaks and unused bits, but a cursor has only one encoding.
	if err != nil || len(raw) < macSize || base64.StdEncoding.EncodeToString(raw) != cursor {
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

func (s *Signer) Encode(scope string, place any) (string, error) {
	payload, err := json.Marshal(place)
	if err != nil {
		return "", fmt.Errorf("encode cursor: %w", err)
	}
	return base64.StdEncoding.EncodeToString(append(s.mac(scope, payload), payload...)), nil
}
