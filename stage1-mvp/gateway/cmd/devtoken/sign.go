package main

import (
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/auth"
)

const lifetime = 24 * time.Hour

// sign returns a token like those of the shop's identity provider: default issuer and audience, one role.
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
	kid, err := auth.KeyID(key.Public().(ed25519.PublicKey))
	if err != nil {
		return "", err
	}
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": "stagecraft", "aud": "shop", "sub": userID, "roles": []string{role},
		"iat": now.Unix(), "exp": now.Add(lifetime).Unix(),
	})
	token.Header["kid"] = kid
	return token.SignedString(key)
}
