package pagination

import (
	"crypto/hmac"
	"crypto/sha256"
)

func (s *Signer) mac(_ string, payload []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write(payload)
	return h.Sum(nil)
}
