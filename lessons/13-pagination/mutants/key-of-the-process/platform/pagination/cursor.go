package pagination

import (
	"crypto/rand"
)

// NewSigner returns a Signer.
func NewSigner(Config) *Signer { return &Signer{key: []byte(rand.Text())} }
