// Package identity knows the shop's users and lets them in. A larger shop would have an identity provider instead; the services, which
// know only its public keys, would not notice.
package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"
	"golang.org/x/crypto/bcrypt"

	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
)

// MaxPassword is how many bytes of a password bcrypt looks at. Of a longer one it would ignore the rest.
const MaxPassword = 72

// Session is what a user receives for his password.
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

// NewLogin returns a Login of the users of cfg. Without users it refuses everyone.
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

// Execute returns a session of the user. It is Unauthorized in the same words and after the same work whether the username or the password
// is wrong: who tries names must not learn which exist. Without users it is NotFound,
// and RateLimited when ctx ends before it is its turn.
func (l *Login) Execute(ctx context.Context, username, password string) (Session, error) {
	if l.issuer == nil {
		return Session{}, errs.New(errs.NotFound, "LOGIN_DISABLED", "nobody can log in here")
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

// compare waits for its turn, so that password checks do not use up the cores that serve everybody else.
func (l *Login) compare(ctx context.Context, u user, password string) error {
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-ctx.Done():
		return errs.Wrap(ctx.Err(), errs.RateLimited, "LOGIN_BUSY", "too many people log in at the moment, try again later")
	}
	return bcrypt.CompareHashAndPassword([]byte(u.PasswordHash), []byte(password))
}
