package auth

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/samber/lo"

	"shop/platform/config"
)

// UserIssuer signs the tokens of users who have logged in.
type UserIssuer struct {
	signer
	issuer   string
	audience string
	lifetime time.Duration
}

// NewUserIssuer returns a UserIssuer whose tokens a Verifier with the same cfg accepts. A private key without its public key in cfg and a
// lifetime above the maximum are errors: every login would succeed, and every request with its token would fail.
func NewUserIssuer(privateKey config.Secret, cfg Config, lifetime time.Duration) (*UserIssuer, error) {
	s, err := newSigner(privateKey)
	if err != nil {
		return nil, err
	}
	public, err := parsePublicKeys(cfg.PublicKeys)
	if err != nil {
		return nil, fmt.Errorf("keys of users: %w", err)
	}
	if !public[s.kid].Equal(s.key.Public().(ed25519.PublicKey)) {
		return nil, errors.New("the public half of the private key is not in JWT_PUBLIC_KEYS")
	}
	if lifetime > cfg.MaxLifetime {
		return nil, fmt.Errorf("a token lifetime of %s is longer than JWT_MAX_LIFETIME, which is %s", lifetime, cfg.MaxLifetime)
	}
	return &UserIssuer{signer: s, issuer: cfg.Issuer, audience: cfg.Audience, lifetime: lifetime}, nil
}

// Issue returns a token for the user, and how long it is valid.
func (i *UserIssuer) Issue(userID string, roles []Role, now time.Time) (Token, time.Duration, error) {
	token, err := i.sign(claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    i.issuer,
			Audience:  jwt.ClaimStrings{i.audience},
			Subject:   userID,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(i.lifetime)),
		},
		Roles: lo.Map(roles, func(role Role, _ int) string { return string(role) }),
	})
	return token, i.lifetime, err
}
