package auth

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// servicePrefix begins the subject of a service's token.
const servicePrefix = "svc:"

// Issuer signs the tokens with which a service calls other services.
type Issuer struct {
	signer
	subject  string
	audience string
	lifetime time.Duration
	issued   cache[string, Token]
}

// NewIssuer returns an Issuer for the service of this name, without "svc:".
func NewIssuer(cfg IssuerConfig, audience, service string) (*Issuer, error) {
	s, err := newSigner(cfg.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("private key of %s: %w", service, err)
	}
	return &Issuer{signer: s, subject: servicePrefix + service, audience: audience, lifetime: cfg.TokenLifetime}, nil
}

// Issue returns a token that is valid for at least half of its lifetime; calls for the same user share it. onBehalfOf, the user for whom
// the service acts, may be empty.
func (i *Issuer) Issue(onBehalfOf string, now time.Time) (Token, error) {
	if token, ok := i.issued.get(onBehalfOf, now); ok {
		return token, nil
	}
	token, err := i.sign(claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    serviceIssuer,
			Audience:  jwt.ClaimStrings{i.audience},
			Subject:   i.subject,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(i.lifetime)),
		},
		Roles:      []string{string(Service)},
		OnBehalfOf: onBehalfOf,
	})
	if err == nil {
		i.issued.put(onBehalfOf, token, now.Add(i.lifetime/2))
	}
	return token, err
}
