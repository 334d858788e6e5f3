package auth

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// Verifier checks tokens.
type Verifier struct {
	users, services party
}

// party is an issuer with its keys.
//
//stagecraft:add
type party struct {
	parser      *jwt.Parser
	keys        map[string]ed25519.PublicKey
	maxLifetime time.Duration
}

// NewVerifier returns a Verifier with the keys of cfg.
func NewVerifier(cfg Config) (*Verifier, error) {
	v := &Verifier{}
	for _, one := range []struct {
		to           *party
		issuer, keys string
	}{{&v.users, cfg.Issuer, cfg.PublicKeys}, {&v.services, serviceIssuer, cfg.ServicePublicKeys}} {
		keys, err := parsePublicKeys(one.keys)
		if err != nil {
			return nil, fmt.Errorf("keys of %s: %w", one.issuer, err)
		}
		*one.to = party{keys: keys, maxLifetime: cfg.MaxLifetime + cfg.Leeway, parser: jwt.NewParser(jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer(one.issuer),
			jwt.WithAudience(cfg.Audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(cfg.Leeway))}
	}
	return v, nil
}

// Verify returns the caller that the token proves, or Unauthorized.
func (v *Verifier) Verify(token Token) (Principal, error) {
	c, err := v.users.parse(token)
	if err == nil {
		return userOf(c)
	}
	if c, err = v.services.parse(token); err == nil {
		return serviceOf(c)
	}
	return Principal{}, unauthorized(errors.New("no key of ours has signed a valid token"))
}

//stagecraft:add
func (p party) parse(token Token) (claims, error) {
	var c claims
	_, err := p.parser.ParseWithClaims(string(token), &c, func(t *jwt.Token) (any, error) {
		var set jwt.VerificationKeySet
		for _, key := range p.keys {
			set.Keys = append(set.Keys, key)
		}
		return set, nil
	})
	if err != nil {
		return c, err
	}
	oldest := time.Now()
	if c.IssuedAt != nil && c.IssuedAt.Before(oldest) {
		oldest = c.IssuedAt.Time
	}
	if c.ExpiresAt.After(oldest.Add(p.maxLifetime)) {
		return c, errors.New("valid for too long")
	}
	return c, nil
}

//stagecraft:add
func userOf(c claims) (Principal, error) {
	id, err := uuid.Parse(c.Subject)
	if err != nil || c.OnBehalfOf != "" {
		return Principal{}, unauthorized(errors.New("not a user"))
	}
	for _, role := range c.Roles {
		switch Role(role) {
		case Customer, Admin, Warehouse:
		default:
			return Principal{}, unauthorized(fmt.Errorf("role %q", role))
		}
	}
	return Principal{Subject: id.String(), Roles: c.Roles}, nil
}

//stagecraft:add
func serviceOf(c claims) (Principal, error) {
	if c.Subject == "" || len(c.Roles) != 1 || Role(c.Roles[0]) != Service {
		return Principal{}, unauthorized(errors.New("not a service"))
	}
	return Principal{Subject: c.Subject, Roles: c.Roles, OnBehalfOf: c.OnBehalfOf}, nil
}

//stagecraft:drop
func (v *Verifier) key(token *jwt.Token) (any, error) { return nil, nil }

//stagecraft:drop
func (c *claims) check() error { return nil }

//stagecraft:drop
func (c *claims) checkLifetime(limit time.Duration) error { return nil }
