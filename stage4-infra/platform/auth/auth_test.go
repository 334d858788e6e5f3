package auth_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"

	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/errs"
)

// signer is one party that can sign tokens.
type signer struct {
	key    ed25519.PrivateKey
	kid    string
	public string
}

func newSigner(t testing.TB) signer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	kid, err := auth.KeyID(public)
	require.NoError(t, err)
	return signer{key: private, kid: kid, public: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
}

func (s signer) sign(t testing.TB, claims jwt.MapClaims) auth.Token {
	t.Helper()
	return signWith(t, jwt.SigningMethodEdDSA, s.key, s.kid, claims)
}

func signWith(t testing.TB, method jwt.SigningMethod, key crypto.PrivateKey, kid string, claims jwt.MapClaims) auth.Token {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = kid
	signed, err := token.SignedString(key)
	require.NoError(t, err)
	return auth.Token(signed)
}

func userClaims(change func(c jwt.MapClaims)) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": "stagecraft", "aud": "shop", "sub": uuid.NewString(), "roles": []string{"customer"},
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	if change != nil {
		change(c)
	}
	return c
}

type parties struct {
	users, services signer
	verifier        *auth.Verifier
}

func newParties(t testing.TB) parties {
	p := parties{users: newSigner(t), services: newSigner(t)}
	cfg := config.Defaults[auth.Config]()
	cfg.PublicKeys, cfg.ServicePublicKeys = p.users.public, p.services.public
	require.NoError(t, cfg.Validate())
	verifier, err := auth.NewVerifier(cfg)
	require.NoError(t, err)
	p.verifier = verifier
	return p
}

func TestVerify_ValidToken_ReturnsPrincipal(t *testing.T) {
	t.Parallel()
	p, id := newParties(t), uuid.NewString()

	got, err := p.verifier.Verify(p.users.sign(t, userClaims(func(c jwt.MapClaims) { c["sub"] = id })))

	require.NoError(t, err)
	assert.Equal(t, auth.Principal{Subject: id, Roles: []string{"customer"}}, got)
}

func TestVerify_UUIDSpellings_GiveOneSubject(t *testing.T) {
	t.Parallel()
	p, id := newParties(t), uuid.NewString()
	for _, spelling := range []string{strings.ToUpper(id), "urn:uuid:" + id, "{" + id + "}", strings.ReplaceAll(id, "-", "")} {
		got, err := p.verifier.Verify(p.users.sign(t, userClaims(func(c jwt.MapClaims) { c["sub"] = spelling })))
		require.NoError(t, err)
		assert.Equal(t, id, got.Subject, "signed as %q", spelling)
	}
}

func TestValidate_SharedKey_IsRejected(t *testing.T) {
	t.Parallel()
	users, services := newSigner(t), newSigner(t)
	cfg := config.Defaults[auth.Config]()
	cfg.PublicKeys, cfg.ServicePublicKeys = users.public, services.public+users.public

	assert.ErrorContains(t, cfg.Validate(), "SERVICE_PUBLIC_KEYS")
}

func TestVerify_InvalidToken_ReturnsUnauthorized(t *testing.T) {
	t.Parallel()
	p := newParties(t)
	user := func(change func(c jwt.MapClaims)) auth.Token { return p.users.sign(t, userClaims(change)) }
	for name, token := range map[string]auth.Token{
		"empty":                       "",
		"not signed":                  signWith(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, p.users.kid, userClaims(nil)),
		"public key as secret":        signWith(t, jwt.SigningMethodHS256, []byte(p.users.public), p.users.kid, userClaims(nil)),
		"another's key":               newSigner(t).sign(t, userClaims(nil)),
		"another's key under our kid": signWith(t, jwt.SigningMethodEdDSA, newSigner(t).key, p.users.kid, userClaims(nil)),
		"expired":                     user(func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Minute).Unix() }),
		"never expires":               user(func(c jwt.MapClaims) { delete(c, "exp") }),
		"practically never expires":   user(func(c jwt.MapClaims) { c["exp"] = int64(9e18) }),
		"valid for too long":          user(func(c jwt.MapClaims) { c["exp"] = time.Now().Add(25 * time.Hour).Unix() }),
		"was valid for too long":      user(func(c jwt.MapClaims) { c["iat"] = time.Now().Add(-24 * time.Hour).Unix() }),
		"too long without iat": user(func(c jwt.MapClaims) {
			delete(c, "iat")
			c["exp"] = time.Now().Add(25 * time.Hour).Unix()
		}),
		"issued in the future":    user(func(c jwt.MapClaims) { c["iat"] = time.Now().Add(time.Minute).Unix() }),
		"another audience":        user(func(c jwt.MapClaims) { c["aud"] = "bank" }),
		"no audience":             user(func(c jwt.MapClaims) { delete(c, "aud") }),
		"another issuer":          user(func(c jwt.MapClaims) { c["iss"] = "evil" }),
		"no issuer":               user(func(c jwt.MapClaims) { delete(c, "iss") }),
		"no subject":              user(func(c jwt.MapClaims) { delete(c, "sub") }),
		"user as service":         user(func(c jwt.MapClaims) { c["roles"] = []string{"service"} }),
		"user for another":        user(func(c jwt.MapClaims) { c["on_behalf_of"] = uuid.NewString() }),
		"users' key for services": user(func(c jwt.MapClaims) { c["iss"] = "stagecraft-services"; c["roles"] = []string{"service"} }),
		"services' key for users": p.services.sign(t, userClaims(nil)),
		"service as admin": p.services.sign(t, userClaims(func(c jwt.MapClaims) {
			c["iss"] = "stagecraft-services"
			c["roles"] = []string{"service", "admin"}
		})),
	} {
		_, err := p.verifier.Verify(token)
		assert.Equal(t, errs.Unauthorized, errs.CodeOf(err), name)
	}
}

func TestVerify_ServiceToken_ReturnsService(t *testing.T) {
	t.Parallel()
	p, buyer := newParties(t), uuid.NewString()

	token, err := newIssuer(t, p.services, time.Minute).Issue(buyer, time.Now())
	require.NoError(t, err)
	got, err := p.verifier.Verify(token)

	require.NoError(t, err)
	assert.Equal(t, auth.Principal{Subject: "svc:order", Roles: []string{"service"}, OnBehalfOf: buyer}, got)
	assert.Equal(t, buyer, got.UserID())
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s", token, token, token, token), string(token))
}

func TestVerify_KnownToken_StillExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParties(t)
		token := p.users.sign(t, userClaims(func(c jwt.MapClaims) { c["exp"] = time.Now().Add(time.Minute).Unix() }))
		first, err := p.verifier.Verify(token)
		require.NoError(t, err)
		again, err := p.verifier.Verify(token)
		require.NoError(t, err)
		assert.Equal(t, first, again)

		time.Sleep(time.Minute + config.Defaults[auth.Config]().Leeway)

		_, err = p.verifier.Verify(token)
		assert.Equal(t, errs.Unauthorized, errs.CodeOf(err))
	})
}

func TestVerify_KnownTokenWithOtherSignature_ReturnsUnauthorized(t *testing.T) {
	t.Parallel()
	p, claims := newParties(t), userClaims(nil)
	_, err := p.verifier.Verify(p.users.sign(t, claims))
	require.NoError(t, err)

	_, err = p.verifier.Verify(signWith(t, jwt.SigningMethodEdDSA, newSigner(t).key, p.users.kid, claims))

	assert.Equal(t, errs.Unauthorized, errs.CodeOf(err))
}

func TestIssue_SameUser_SharesTokenForHalfOfItsLifetime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		issuer := newIssuer(t, newSigner(t), time.Minute)
		issue := func(user string) auth.Token {
			token, err := issuer.Issue(user, time.Now())
			require.NoError(t, err)
			return token
		}
		first := issue("a")
		assert.NotEqual(t, first, issue("b"))
		time.Sleep(30*time.Second - 1)
		assert.Equal(t, first, issue("a"))
		time.Sleep(time.Nanosecond)
		assert.NotEqual(t, first, issue("a"))
	})
}

func newIssuer(t *testing.T, s signer, lifetime time.Duration) *auth.Issuer {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	require.NoError(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	issuer, err := auth.NewIssuer(auth.IssuerConfig{PrivateKey: config.Secret(text), TokenLifetime: lifetime}, "shop", "order")
	require.NoError(t, err)
	return issuer
}

func TestParseHeader_OnlyOneStrictBearer(t *testing.T) {
	t.Parallel()
	for _, values := range [][]string{
		nil, {""}, {"abc"}, {"Bearer"}, {"Bearer "}, {"bearer abc"}, {"Basic abc"}, {"Bearer  abc"}, {"Bearer a b"}, {"Bearer a", "Bearer b"},
	} {
		_, err := auth.ParseHeader(values)
		assert.Equal(t, errs.Unauthorized, errs.CodeOf(err), "%q", values)
	}
	token, err := auth.ParseHeader([]string{"Bearer abc"})
	require.NoError(t, err)
	assert.Equal(t, auth.Token("abc"), token)
}

func TestAuthorize_MethodWithoutRule_IsDenied(t *testing.T) {
	t.Parallel()
	p := newParties(t)
	authorizer := auth.NewAuthorizer(p.verifier, auth.Rules{"/s/Buy": {auth.Customer}, "/s/Health": {auth.Public}})
	customer := metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", "Bearer "+string(p.users.sign(t, userClaims(nil)))))
	admin := metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization",
		"Bearer "+string(p.users.sign(t, userClaims(func(c jwt.MapClaims) { c["roles"] = []string{"admin"} }))), "role", "customer"))
	for _, c := range []struct {
		ctx    context.Context
		method string
		want   errs.Code
	}{
		{customer, "/s/Buy", 0},
		{admin, "/s/Buy", errs.Forbidden},
		{t.Context(), "/s/Buy", errs.Unauthorized},
		{customer, "/s/Unnamed", errs.Forbidden},
		{t.Context(), "/s/Unnamed", errs.Unauthorized},
		{t.Context(), "/s/Health", 0},
	} {
		_, err := authorizer.Authorize(c.ctx, c.method)
		assert.Equal(t, c.want, errs.CodeOf(err), c.method)
	}
}
