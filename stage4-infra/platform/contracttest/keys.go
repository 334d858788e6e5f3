// Package contracttest has what a contract test of two services needs: keys that both know, a service as it runs in production, and a
// record of which fields of the contract were filled.
package contracttest

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"shop/platform/auth"
	"shop/platform/config"
)

// Keys are the keys of users and of services.
type Keys struct {
	Auth     auth.Config
	Services config.Secret

	t     *testing.T
	users *auth.UserIssuer
}

// NewKeys returns fresh keys.
func NewKeys(t *testing.T) *Keys {
	t.Helper()
	userPublic, userPrivate := keyPair(t)
	servicePublic, servicePrivate := keyPair(t)
	cfg := config.Defaults[auth.Config]()
	cfg.PublicKeys, cfg.ServicePublicKeys = userPublic, servicePublic
	users, err := auth.NewUserIssuer(userPrivate, cfg, time.Hour)
	require.NoError(t, err)
	return &Keys{Auth: cfg, Services: servicePrivate, t: t, users: users}
}

// Environment returns the variables that give the public keys to a service, which serves in plain text.
func (k *Keys) Environment() map[string]string {
	return map[string]string{
		"JWT_PUBLIC_KEYS": k.Auth.PublicKeys, "SERVICE_PUBLIC_KEYS": k.Auth.ServicePublicKeys, "TLS_MODE": "off",
	}
}

// Token returns a token of the user.
func (k *Keys) Token(userID string, role auth.Role) auth.Token {
	k.t.Helper()
	token, _, err := k.users.Issue(userID, []auth.Role{role}, time.Now())
	require.NoError(k.t, err)
	return token
}

// Issuer returns the issuer with which the service of this name signs its tokens.
func (k *Keys) Issuer(service string) *auth.Issuer {
	k.t.Helper()
	issuer, err := auth.NewIssuer(auth.IssuerConfig{PrivateKey: k.Services, TokenLifetime: time.Minute}, k.Auth.Audience, service)
	require.NoError(k.t, err)
	return issuer
}

func keyPair(t *testing.T) (public string, private config.Secret) {
	t.Helper()
	publicKey, privateKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	pkix, err := x509.MarshalPKIXPublicKey(publicKey)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(privateKey)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})),
		config.Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}
