package auth

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/errs"
)

const serviceIssuer = "stagecraft-services"

// claims are those of users and of services; only the latter have OnBehalfOf.
type claims struct {
	jwt.RegisteredClaims
	Roles      []string `json:"roles"`
	OnBehalfOf string   `json:"on_behalf_of,omitempty"`
}

// Verifier checks tokens. Users and services have separate issuers and keys, so that whoever signs for users cannot create a service.
type Verifier struct {
	issuers map[string]map[string]ed25519.PublicKey
	parser  *jwt.Parser
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
			jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
			jwt.WithAudience(cfg.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithStrictDecoding(),
		),
	}, nil
}

// Verify returns the caller that the token proves, or Unauthorized.
func (v *Verifier) Verify(token Token) (Principal, error) {
	var c claims
	if _, err := v.parser.ParseWithClaims(string(token), &c, v.key); err != nil {
		return Principal{}, unauthorized(err)
	}
	if err := c.check(); err != nil {
		return Principal{}, unauthorized(err)
	}
	return Principal{Subject: c.Subject, Roles: c.Roles, OnBehalfOf: c.OnBehalfOf}, nil
}

// key finds the key by issuer and kid. At this point both are only claims: a false one leads to a key that does not match the signature.
func (v *Verifier) key(token *jwt.Token) (any, error) {
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

// check refuses what even a valid signature cannot make right: a user who claims to be a service, and the reverse.
func (c *claims) check() error {
	if c.Issuer == serviceIssuer {
		if c.Subject == "" || !slices.Equal(c.Roles, []string{string(Service)}) {
			return errors.New("a service token needs a subject and the role service alone")
		}
		return nil
	}
	subject, err := uuid.Parse(c.Subject)
	if err != nil {
		return errors.New("the subject is not a user's UUID")
	}
	// Rows, scopes and owners are compared as text, so a user id must have one spelling, however it was signed.
	c.Subject = subject.String()
	for _, role := range c.Roles {
		if role != string(Customer) && role != string(Admin) {
			return fmt.Errorf("a user cannot have the role %q", role)
		}
	}
	if c.OnBehalfOf != "" {
		return errors.New("a user cannot act on behalf of another")
	}
	return nil
}

func unauthorized(cause error) error {
	return errs.Wrap(cause, errs.Unauthorized, "UNAUTHORIZED", "a valid bearer token is required")
}
