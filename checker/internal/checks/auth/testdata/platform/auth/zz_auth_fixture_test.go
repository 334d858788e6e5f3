package auth_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/errs"
)

const (
	zzaUser     = "0a8f3d1e-9f5c-4a55-8d0b-6a1f0c5f7d11"
	zzaServices = "stagecraft-services"
)

// zzaSigner is a party that can sign tokens.
type zzaSigner struct {
	key          ed25519.PrivateKey
	kid          string
	public       string
	privateBlock string
}

func zzaNewSigner(t *testing.T) zzaSigner {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	zzaOurs(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	zzaOurs(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	zzaOurs(t, err)
	kid, err := auth.KeyID(public)
	zzaOurs(t, err)
	return zzaSigner{
		key: private, kid: kid, public: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		privateBlock: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})),
	}
}

// zzaClaims are those of a customer, with changes: a name and a value; nil leaves the claim out.
func zzaClaims(changes ...any) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": "stagecraft", "aud": "shop", "sub": zzaUser, "roles": []string{"customer"}, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	for i := 0; i < len(changes); i += 2 {
		name := changes[i].(string)
		if c[name] = changes[i+1]; changes[i+1] == nil {
			delete(c, name)
		}
	}
	return c
}

// zzaServiceClaims are those of the order service, which acts for a user.
func zzaServiceClaims(changes ...any) jwt.MapClaims {
	return zzaClaims(append([]any{"iss", zzaServices, "sub", "svc:order", "roles", []string{"service"}, "on_behalf_of", zzaUser}, changes...)...)
}

func (s zzaSigner) sign(t *testing.T, claims jwt.MapClaims) auth.Token {
	t.Helper()
	return zzaSign(t, jwt.SigningMethodEdDSA, s.key, s.kid, claims)
}

func zzaSign(t *testing.T, method jwt.SigningMethod, key crypto.PrivateKey, kid any, claims jwt.MapClaims) auth.Token {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != nil {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(key)
	zzaOurs(t, err)
	return auth.Token(signed)
}

// zzaParties are the identity provider, the services, and a service that verifies.
type zzaParties struct {
	users, nextUsers, services, nextServices zzaSigner
	cfg                                      auth.Config
	verifier                                 *auth.Verifier
}

func zzaNew(t *testing.T) zzaParties {
	t.Helper()
	p := zzaParties{users: zzaNewSigner(t), nextUsers: zzaNewSigner(t), services: zzaNewSigner(t), nextServices: zzaNewSigner(t)}
	cfg := config.Defaults[auth.Config]()
	cfg.PublicKeys, cfg.ServicePublicKeys = p.users.public+p.nextUsers.public, p.services.public+p.nextServices.public
	p.cfg = cfg
	verifier, err := auth.NewVerifier(cfg)
	if err != nil || verifier == nil {
		zzaFail(t, zzaFailure{"refused", "NewVerifier with two keys of users and two of services", "a Verifier", zzaText(err), "keys are rotated: for a while two are valid"})
	}
	p.verifier = verifier
	return p
}

// accepts requires that a token is believed.
func (p zzaParties) accepts(t *testing.T, id, what string, token auth.Token, why string) auth.Principal {
	t.Helper()
	principal, err := zzaVerify(t, p.verifier, token)
	if err != nil {
		zzaFail(t, zzaFailure{id, what, "a Principal", zzaText(err), why})
	}
	return principal
}

// refuses requires that a token is Unauthorized.
func (p zzaParties) refuses(t *testing.T, id, what string, token auth.Token, why string) {
	t.Helper()
	principal, err := zzaVerify(t, p.verifier, token)
	if err == nil {
		zzaFail(t, zzaFailure{id, what, "Unauthorized", fmt.Sprintf("%+v", principal), why})
	}
	if errs.CodeOf(err) != errs.Unauthorized {
		zzaFail(t, zzaFailure{"code", what, "an error with the code Unauthorized", zzaText(err), "a client must be told that it has to log in again; any other code says that the service is broken"})
	}
	if token != "" && strings.Contains(err.Error(), string(token)) {
		zzaFail(t, zzaFailure{"quoted", what, "an error that does not quote the token", "the token is in the error", "errors are logged, and who reads the log could act as the caller"})
	}
	if principal.Subject != "" || len(principal.Roles) > 0 || principal.OnBehalfOf != "" {
		zzaFail(t, zzaFailure{id, what, "no Principal beside the error", fmt.Sprintf("%+v", principal), "the next change forgets to look at the error"})
	}
}

func zzaVerify(t *testing.T, v *auth.Verifier, token auth.Token) (p auth.Principal, err error) {
	t.Helper()
	defer zzaCrash(t, "Verify")
	return v.Verify(token)
}

// zzaCrash is deferred around the learner's code.
func zzaCrash(t *testing.T, what string) {
	t.Helper()
	if p := recover(); p != nil {
		callers := make([]uintptr, 64)
		frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			if strings.Contains(frame.File, "/platform/auth/") && !strings.HasSuffix(frame.File, "_test.go") {
				fmt.Printf("\n\t%s:%d\n", frame.File, frame.Line)
				break
			}
		}
		zzaFail(t, zzaFailure{"crash", what, "it returns", fmt.Sprintf("panic: %v", p), "a token is written by its sender: an attacker who finds one that panics can stop the service"})
	}
}

type zzaFailure struct{ id, what, expected, seen, why string }

func zzaFail(t *testing.T, f zzaFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what + ": the result is wrong", "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzaText(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("%v (%s)", err, errs.CodeOf(err))
}

func zzaOurs(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func zzaID() string { return uuid.NewString() }
