package grpcserver

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"

	"shop/platform/auth"
	"shop/platform/config"
)

const zziUser = "0b0e7a51-7d1c-4f43-9a0e-5d3c1f2a6b77"

// zziKeys sign tokens that the verifier knows.
type zziKeys struct {
	t        *testing.T
	verifier *auth.Verifier
	users    *auth.UserIssuer
}

func zziNewKeys(t *testing.T) zziKeys {
	t.Helper()
	userPublic, userPrivate := zziPair(t)
	servicePublic, _ := zziPair(t)
	cfg := config.Defaults[auth.Config]()
	cfg.PublicKeys, cfg.ServicePublicKeys = userPublic, servicePublic
	verifier, err := auth.NewVerifier(cfg)
	if err != nil {
		t.Fatal(err)
	}
	users, err := auth.NewUserIssuer(config.Secret(userPrivate), cfg, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return zziKeys{t, verifier, users}
}

// header is the metadata of a call by a user with the role.
func (k zziKeys) header(role auth.Role) []string {
	k.t.Helper()
	token, _, err := k.users.Issue(zziUser, []auth.Role{role}, time.Now())
	if err != nil {
		k.t.Fatal(err)
	}
	return []string{"authorization", "Bearer " + string(token)}
}

func zziPair(t *testing.T) (public, private string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pubDER, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	privDER, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pubDER})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privDER}))
}

func zziListen(t *testing.T, server *grpc.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}
