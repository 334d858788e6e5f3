package pagination

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

func (s *Signer) mac(scope string, payload []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	// The length keeps a scope from running over into the payload.
	fmt.Fprintf(h, "%s|%s", version, scope)
	h.Write(payload)
	return h.Sum(nil)
}
