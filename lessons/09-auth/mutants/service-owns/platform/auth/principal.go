// Package auth authenticates callers and decides which methods they may call. Tokens are JWTs signed with Ed25519; nothing else that a
// request says about its caller is trusted.
package auth

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// Role is what a caller may act as.
type Role string

const (
	Customer Role = "customer"
	Admin    Role = "admin"
	// Warehouse ships paid orders.
	Warehouse Role = "warehouse"
	Service   Role = "service"
	// Public in a rule allows calls without a token.
	Public Role = "public"
)

// Principal is an authenticated caller.
type Principal struct {
	// Subject is a user's UUID, or svc:<name> of a service.
	Subject string
	Roles   []string
	// OnBehalfOf is the user for whom a service acts. It is empty for users, and for a service that acts for itself.
	OnBehalfOf string
}

// Has reports whether the principal has the role.
func (p Principal) Has(role Role) bool { return slices.Contains(p.Roles, string(role)) }

// UserID returns the user whose data may be used: the caller, or the user on whose behalf a service acts.
func (p Principal) UserID() string {
	if p.Has(Service) {
		if p.OnBehalfOf == "" {
			return p.Subject
		}
		return p.OnBehalfOf
	}
	return p.Subject
}

// Token is a signed JWT. It prints as ***.
type Token string

// String returns ***.
func (Token) String() string { return "***" }

// Format writes *** for every verb.
func (Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "***") }

type principalKey struct{}

type tokenKey struct{}

type onBehalfKey struct{}

// WithPrincipal returns a context that carries an authenticated caller and the token, which ForwardToken passes on.
func WithPrincipal(ctx context.Context, p Principal, token Token) context.Context {
	return context.WithValue(context.WithValue(ctx, principalKey{}, p), tokenKey{}, token)
}

// FromContext returns the authenticated caller; false when there is none.
func FromContext(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(Principal)
	return p, ok
}

// OnBehalfOf returns a context whose calls through ServiceCredentials are made for the user.
func OnBehalfOf(ctx context.Context, userID string) context.Context {
	return context.WithValue(ctx, onBehalfKey{}, userID)
}
