package pagination

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Size returns the page size for a requested one: 20 for none, at most 100.
func Size(requested int32) int {
	// TODO
	return int(requested)
}

// Encode returns an opaque cursor that holds place, the position of the last row of a page. scope names the list, its sort order and all
// its filters, including its owner: a cursor is valid only for the scope it was made for.
func (s *Signer) Encode(scope string, place any) (string, error) {
	payload, err := json.Marshal(place)
	if err != nil {
		return "", fmt.Errorf("encode cursor: %w", err)
	}
	// TODO: any client can make this.
	return base64.RawURLEncoding.EncodeToString(payload), nil
}

// Decode reads a cursor into place. A damaged or forged one, or one of another scope, is InvalidInput.
func (s *Signer) Decode(scope, cursor string, place any) error {
	payload, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return invalid(err)
	}
	// TODO: did this service make it, and for this list?
	if err := json.Unmarshal(payload, place); err != nil {
		return invalid(err)
	}
	return nil
}

//stagecraft:drop
func (s *Signer) mac(scope string, payload []byte) []byte { return nil }
