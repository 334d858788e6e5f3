package stack

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	userIssuer    = "stagecraft"
	serviceIssuer = "stagecraft-services"
	audience      = "shop"
	// AdminID is the user whom Admin tokens name.
	AdminID = "00000000-0000-4000-8000-00000000ad01"
)

// Keys of one run: they sign the tokens of users and of the order service.
type Keys struct {
	UserPublic, UserPrivate, ServicePublic, ServicePrivate string // PEM
	CursorSecret                                           string

	user, service signer
}

type signer struct {
	key ed25519.PrivateKey
	kid string
	// skew is how far the signer's clock is ahead.
	skew *atomic.Int64
}

// Skew sets the clock that stamps the users' tokens ahead by d, or behind when d is negative.
func (k *Keys) Skew(d time.Duration) { k.user.skew.Store(int64(d)) }

// NewKeys makes fresh keys.
func NewKeys() (*Keys, error) {
	user, userPublic, err := newSigner()
	if err != nil {
		return nil, err
	}
	service, servicePublic, err := newSigner()
	if err != nil {
		return nil, err
	}
	userPrivate, err := x509.MarshalPKCS8PrivateKey(user.key)
	if err != nil {
		return nil, fmt.Errorf("encode user key: %w", err)
	}
	servicePrivate, err := x509.MarshalPKCS8PrivateKey(service.key)
	if err != nil {
		return nil, fmt.Errorf("encode service key: %w", err)
	}
	return &Keys{
		UserPublic: userPublic, ServicePublic: servicePublic,
		UserPrivate: encodePEM("PRIVATE KEY", userPrivate), ServicePrivate: encodePEM("PRIVATE KEY", servicePrivate),
		CursorSecret: rand.Text() + rand.Text(),
		user:         user, service: service,
	}, nil
}

func newSigner() (signer, string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return signer{}, "", fmt.Errorf("make key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return signer{}, "", fmt.Errorf("encode key: %w", err)
	}
	sum := sha256.Sum256(der)
	return signer{key: private, kid: hex.EncodeToString(sum[:])[:16], skew: new(atomic.Int64)}, encodePEM("PUBLIC KEY", der), nil
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// User returns a token of a user, good for a day; no role means customer.
func (k *Keys) User(user string, roles ...string) string {
	if len(roles) == 0 {
		roles = []string{"customer"}
	}
	return k.Sign(jwt.MapClaims{"sub": user, "roles": roles})
}

// Admin returns a token of the admin AdminID.
func (k *Keys) Admin() string { return k.User(AdminID, "admin") }

// Service returns a token of the order service on behalf of a user, good for five minutes.
func (k *Keys) Service(onBehalfOf string) string {
	return k.service.sign(jwt.MapClaims{
		"iss": serviceIssuer, "sub": "svc:order", "roles": []string{"service"}, "on_behalf_of": onBehalfOf,
		"exp": time.Now().Add(5 * time.Minute).Unix(),
	})
}

// Sign returns a token with the users' key; claims win over the defaults of iss, aud, iat and exp, and a claim that is nil
// is left out.
func (k *Keys) Sign(claims jwt.MapClaims) string { return k.user.sign(claims) }

func (s signer) sign(claims jwt.MapClaims) string {
	now := time.Now().Add(time.Duration(s.skew.Load()))
	all := jwt.MapClaims{
		"iss": userIssuer, "aud": audience,
		"iat": now.Add(-time.Second).Unix(), "exp": now.Add(24 * time.Hour).Unix(),
	}
	for name, value := range claims {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, all)
	token.Header["kid"] = s.kid
	signed, err := token.SignedString(s.key)
	if err != nil {
		panic(fmt.Sprintf("stack: sign token: %v", err)) // an Ed25519 key signs anything that is JSON
	}
	return signed
}
