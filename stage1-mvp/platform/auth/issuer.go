package auth

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const serviceTokenLifetime = 5 * time.Minute

// Issuer signs tokens with which a service proves itself to other services.
type Issuer struct {
	subject  string
	audience string
	kid      string
	key      ed25519.PrivateKey
}

// NewIssuer returns an Issuer for the service of this name, without "svc:".
func NewIssuer(cfg IssuerConfig, audience, service string) (*Issuer, error) {
	key, err := parsePrivateKey(cfg.PrivateKey.Reveal())
	if err != nil {
		return nil, fmt.Errorf("private key of %s: %w", service, err)
	}
	kid, err := KeyID(key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	return &Issuer{subject: "svc:" + service, audience: audience, kid: kid, key: key}, nil
}

// Issue returns a token that is good for five minutes. The user on whose behalf the service acts may be empty.
func (i *Issuer) Issue(onBehalfOf string, now time.Time) (Token, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    serviceIssuer,
			Audience:  jwt.ClaimStrings{i.audience},
			Subject:   i.subject,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(serviceTokenLifetime)),
		},
		Roles:      []string{string(Service)},
		OnBehalfOf: onBehalfOf,
	})
	token.Header["kid"] = i.kid
	signed, err := token.SignedString(i.key)
	if err != nil {
		return "", fmt.Errorf("sign service token: %w", err)
	}
	return Token(signed), nil
}
