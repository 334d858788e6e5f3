package pagination

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"shop/platform/errs"
)

// Signer makes cursors that clients cannot forge.
type Signer struct{ secret string }

// NewSigner returns a Signer with the secret of cfg.
func NewSigner(cfg Config) *Signer { return &Signer{secret: cfg.Secret.Reveal()} }

// Encode returns the place in base64, a dot and the signature in hex.
func (s *Signer) Encode(scope string, place any) (string, error) {
	text, err := json.Marshal(place)
	if err != nil {
		return "", err
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	return body + "." + s.sign(scope, body), nil
}

// Decode signs the body again and compares.
func (s *Signer) Decode(scope, cursor string, place any) error {
	body, signature, found := strings.Cut(cursor, ".")
	if !found || !hmac.Equal([]byte(signature), []byte(s.sign(scope, body))) {
		return errs.New(errs.InvalidInput, "CURSOR", "this is no cursor of this list")
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err == nil {
		err = json.Unmarshal(text, place)
	}
	if err != nil {
		return errs.Wrap(err, errs.InvalidInput, "CURSOR", "this is no cursor of this list")
	}
	return nil
}

// sign uses a key of its own for each scope.
//
//stagecraft:add
func (s *Signer) sign(scope, body string) string {
	key := hmac.New(sha256.New, []byte(s.secret))
	key.Write([]byte(scope))
	h := hmac.New(sha256.New, key.Sum(nil))
	h.Write([]byte(body))
	return hex.EncodeToString(h.Sum(nil))
}

//stagecraft:drop
func (s *Signer) mac(scope string, payload []byte) []byte { return nil }

// Size clamps.
func Size(requested int32) int {
	switch {
	case requested < 1:
		return 20
	case requested > 100:
		return 100
	}
	return int(requested)
}
