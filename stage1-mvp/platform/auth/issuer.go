package auth

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const serviceTokenLifetime = 5 * time.Minute

// Issuer signs tokens with which a service proves itself to other services.
type Issuer struct {
	signer
	subject  string
	audience string
}

// NewIssuer returns an Issuer for the service of this name, without "svc:".
func NewIssuer(cfg IssuerConfig, audience, service string) (*Issuer, error) {
	s, err := newSigner(cfg.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("private key of %s: %w", service, err)
	}
	return &Issuer{signer: s, subject: "svc:" + service, audience: audience}, nil
}

// Issue returns a token that is valid for five minutes. onBehalfOf, the user for whom the service acts, may be empty.
func (i *Issuer) Issue(onBehalfOf string, now time.Time) (Token, error) {
	return i.sign(claims{
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
}
