package pagination

import (
	"crypto/sha256"
	"fmt"
)

func (s *Signer) mac(scope string, payload []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s|%d|%s|", version, len(scope), scope)
	h.Write(payload)
	return h.Sum(nil)
}
