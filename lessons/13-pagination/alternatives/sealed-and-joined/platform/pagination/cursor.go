package pagination

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// Signer seals cursors: clients can neither forge nor read them.
type Signer struct{ aead cipher.AEAD }

// NewSigner returns a Signer with the secret of cfg.
func NewSigner(cfg Config) *Signer {
	key := sha256.Sum256([]byte(cfg.Secret.Reveal()))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has a good length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // the block has a good size
	}
	return &Signer{aead: aead}
}

// Encode seals the place. The scope is not in the cursor, and is needed to open it.
func (s *Signer) Encode(scope string, place any) (string, error) {
	text, err := json.Marshal(place)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, text, []byte(scope))), nil
}

// Decode opens a cursor.
func (s *Signer) Decode(scope, cursor string, place any) error {
	sealed, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return invalid(err)
	}
	if base64.RawURLEncoding.EncodeToString(sealed) != cursor {
		return invalid(errors.New("not the spelling of Encode"))
	}
	text, err := s.aead.Open(nil, nil, sealed, []byte(scope))
	if err == nil {
		err = json.Unmarshal(text, place)
	}
	if err != nil {
		return invalid(err)
	}
	return nil
}

//stagecraft:drop
func (s *Signer) mac(scope string, payload []byte) []byte { return nil }
