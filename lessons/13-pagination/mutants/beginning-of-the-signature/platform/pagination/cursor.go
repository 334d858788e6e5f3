package pagination

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

func (s *Signer) Decode(scope, cursor string, place any) error {
	signature, text, found := strings.Cut(cursor, ".")
	payload, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !found || err != nil || base64.RawURLEncoding.EncodeToString(payload) != text {
		return invalid(err)
	}
	if !strings.HasSuffix(hex.EncodeToString(s.mac(scope, payload)), signature) {
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
	return hex.EncodeToString(s.mac(scope, payload)) + "." + base64.RawURLEncoding.EncodeToString(payload), nil
}
