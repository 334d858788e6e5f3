package main

import (
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"shop/platform/auth"
	"shop/platform/config"
)

const lifetime = 24 * time.Hour

// sign returns a token like those of the shop's login: default issuer and audience, one role.
func sign(dir, userID, role string) (string, error) {
	if _, err := uuid.Parse(userID); err != nil {
		return "", fmt.Errorf("user id %q is not a UUID", userID)
	}
	if role != string(auth.Customer) && role != string(auth.Admin) {
		return "", fmt.Errorf("role is %q, want customer or admin", role)
	}
	key, err := readKey(filepath.Join(dir, usersFile))
	if err != nil {
		return "", err
	}
	issuer, err := issuerOf(key)
	if err != nil {
		return "", err
	}
	token, _, err := issuer.Issue(userID, []auth.Role{auth.Role(role)}, time.Now())
	return string(token), err
}

func issuerOf(key ed25519.PrivateKey) (*auth.UserIssuer, error) {
	cfg := config.Defaults[auth.Config]()
	cfg.PublicKeys = string(publicPEM(key))
	return auth.NewUserIssuer(config.Secret(privatePEM(key)), cfg, lifetime)
}
