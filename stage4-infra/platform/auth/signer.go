package auth

import (
	"crypto/ed25519"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"shop/platform/config"
)

// signer signs tokens with one key and writes the id of the key into each.
type signer struct {
	kid string
	key ed25519.PrivateKey
}

func newSigner(privateKey config.Secret) (signer, error) {
	key, err := parsePrivateKey(privateKey.Reveal())
	if err != nil {
		return signer{}, err
	}
	kid, err := KeyID(key.Public().(ed25519.PublicKey))
	return signer{kid: kid, key: key}, err
}

func (s signer) sign(c claims) (Token, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c)
	token.Header["kid"] = s.kid
	signed, err := token.SignedString(s.key)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return Token(signed), nil
}
