package pagination

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
)

// Signer makes cursors that clients cannot forge.
type Signer struct {
	key  []byte
	hash hash.Hash
}

// NewSigner returns a Signer with the secret of cfg.
func NewSigner(cfg Config) *Signer {
	key := []byte(cfg.Secret.Reveal())
	return &Signer{key: key, hash: hmac.New(sha256.New, key)}
}

func (s *Signer) mac(scope string, payload []byte) []byte {
	s.hash.Reset()
	fmt.Fprintf(s.hash, "%s|%d|%s|", version, len(scope), scope)
	s.hash.Write(payload)
	return s.hash.Sum(nil)
}
