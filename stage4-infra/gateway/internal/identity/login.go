// Package identity has the shop's users and their login. A larger shop would use an identity provider; the services, which know only its
// public keys, would stay the same.
package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"
	"golang.org/x/crypto/bcrypt"

	"shop/platform/auth"
	"shop/platform/clock"
	"shop/platform/errs"
)

// MaxPassword is the longest password in bytes. bcrypt would ignore the rest of a longer one.
const MaxPassword = 72

// Session is the result of a login.
type Session struct {
	Token    auth.Token
	Lifetime time.Duration
}

// Login checks passwords and issues tokens.
type Login struct {
	users  map[string]user
	anyone user
	issuer *auth.UserIssuer
	slots  chan struct{}
	now    clock.Clock
}

// NewLogin returns a Login of the users of cfg. Without users every login fails.
func NewLogin(cfg Config, keys auth.Config, now clock.Clock) (*Login, error) {
	if !cfg.Enabled() {
		return &Login{}, nil
	}
	users, err := parseUsers(cfg.Users)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	issuer, err := auth.NewUserIssuer(cfg.PrivateKey, keys, cfg.TokenLifetime)
	if err != nil {
		return nil, fmt.Errorf("sign tokens of users: %w", err)
	}
	return &Login{users: users, anyone: lo.Values(users)[0], issuer: issuer, slots: make(chan struct{}, cfg.Concurrency), now: now}, nil
}

// Execute returns a session of the user. Whether the username or the password is wrong, it returns the same Unauthorized error after the
// same work, so that an attacker cannot find out which names exist. Without users it returns NotFound, and RateLimited when ctx ends before
// a slot is free.
func (l *Login) Execute(ctx context.Context, username, password string) (Session, error) {
	if l.issuer == nil {
		return Session{}, errs.New(errs.NotFound, "LOGIN_DISABLED", "this gateway has no login")
	}
	u, known := l.users[username]
	if !known {
		u = l.anyone
	}
	err := l.compare(ctx, u, password)
	if errs.CodeOf(err) == errs.RateLimited {
		return Session{}, err
	}
	if err != nil || !known || len(password) > MaxPassword {
		return Session{}, errs.Wrap(err, errs.Unauthorized, "WRONG_CREDENTIALS", "the username or the password is wrong")
	}
	token, lifetime, err := l.issuer.Issue(u.ID, u.Roles, l.now())
	if err != nil {
		return Session{}, err
	}
	return Session{Token: token, Lifetime: lifetime}, nil
}

// compare waits for a slot, so that password checks do not use up all cores.
func (l *Login) compare(ctx context.Context, u user, password string) error {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return errs.Wrap(ctx.Err(), errs.RateLimited, "LOGIN_BUSY", "too many logins at the moment, try again later")
	}
	return bcrypt.CompareHashAndPassword([]byte(u.PasswordHash), []byte(password))
}
