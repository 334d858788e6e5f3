package auth

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"shop/platform/errs"
)

const serviceIssuer = "stagecraft-services"

// claims are those of users and of services; only the latter have OnBehalfOf.
type claims struct {
	jwt.RegisteredClaims
	Roles      []string `json:"roles"`
	OnBehalfOf string   `json:"on_behalf_of,omitempty"`
}

// Verifier checks tokens. Users and services have separate issuers and keys, so that the key of users cannot sign for a service.
type Verifier struct {
	issuers     map[string]map[string]ed25519.PublicKey
	parser      *jwt.Parser
	maxLifetime time.Duration
	verified    cache[Token, Principal]
}

// NewVerifier returns a Verifier with the keys of cfg.
func NewVerifier(cfg Config) (*Verifier, error) {
	users, err := parsePublicKeys(cfg.PublicKeys)
	if err != nil {
		return nil, fmt.Errorf("keys of users: %w", err)
	}
	services, err := parsePublicKeys(cfg.ServicePublicKeys)
	if err != nil {
		return nil, fmt.Errorf("keys of services: %w", err)
	}
	return &Verifier{
		issuers: map[string]map[string]ed25519.PublicKey{cfg.Issuer: users, serviceIssuer: services},
		parser: jwt.NewParser(
			jwt.WithAudience(cfg.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(),
			jwt.WithLeeway(cfg.Leeway),
			jwt.WithStrictDecoding(),
		),
		maxLifetime: cfg.MaxLifetime + cfg.Leeway,
	}, nil
}

// Verify returns the caller that the token proves, or Unauthorized. It checks a signature once: a token that is valid stays so until it
// expires.
func (v *Verifier) Verify(token Token) (Principal, error) {
	if p, ok := v.verified.get(token, time.Now()); ok {
		return p, nil
	}
	var c claims
	if _, err := v.parser.ParseWithClaims(string(token), &c, v.key); err != nil {
		return Principal{}, unauthorized(err)
	}
	if err := errors.Join(c.check(), c.checkLifetime(v.maxLifetime)); err != nil {
		return Principal{}, unauthorized(err)
	}
	p := Principal{Subject: c.Subject, Roles: c.Roles, OnBehalfOf: c.OnBehalfOf}
	v.verified.put(token, p, c.ExpiresAt.Time)
	return p, nil
}

// key finds the key by issuer and kid. Neither is verified yet: a false one leads to a key that does not match the signature.
func (v *Verifier) key(token *jwt.Token) (any, error) {
	if token.Method == jwt.SigningMethodNone {
		return jwt.UnsafeAllowNoneSignatureType, nil
	}
	issuer, err := token.Claims.GetIssuer()
	if err != nil {
		return nil, err
	}
	kid, _ := token.Header["kid"].(string)
	key, ok := v.issuers[issuer][kid]
	if !ok {
		return nil, fmt.Errorf("no key %q of issuer %q", kid, issuer)
	}
	return key, nil
}

// check rejects what a valid signature does not prove: a user that claims to be a service, and the reverse.
func (c *claims) check() error {
	if c.Issuer == serviceIssuer {
		if c.Subject == "" || !slices.Equal(c.Roles, []string{string(Service)}) {
			return errors.New("a service token needs a subject and the role service alone")
		}
		return nil
	}
	subject, err := uuid.Parse(c.Subject)
	if err != nil {
		return errors.New("the subject of a user is not a UUID")
	}
	// Rows, scopes and owners are compared as text, so a user id must have one spelling.
	c.Subject = subject.String()
	for _, role := range c.Roles {
		if role != string(Customer) && role != string(Admin) && role != string(Warehouse) {
			return fmt.Errorf("a user cannot have the role %q", role)
		}
	}
	if c.OnBehalfOf != "" {
		return errors.New("a user cannot act on behalf of another")
	}
	return nil
}

// checkLifetime rejects a token that is or was valid for longer than limit.
func (c *claims) checkLifetime(limit time.Duration) error {
	issued := time.Now()
	if c.IssuedAt != nil && c.IssuedAt.Before(issued) {
		issued = c.IssuedAt.Time
	}
	if c.ExpiresAt.Sub(issued) > limit {
		return fmt.Errorf("the token is valid for longer than %s", limit)
	}
	return nil
}

func unauthorized(cause error) error {
	return errs.Wrap(cause, errs.Unauthorized, "UNAUTHORIZED", "a valid bearer token is required")
}
