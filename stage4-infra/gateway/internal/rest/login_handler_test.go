package rest_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"shop/gateway/internal/config"
	platform "shop/platform/config"
)

const password = "correct horse battery staple"

// users has one: ada. Hashing is slow on purpose, so it is done once.
var users = sync.OnceValue(func() platform.Secret {
	hash := lo.Must(bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost))
	return platform.Secret(fmt.Sprintf(`[{"id":%q,"username":"ada","password_hash":%q,"roles":["customer"]}]`, buyer, hash))
})

func privatePEM(t testing.TB, key ed25519.PrivateKey) platform.Secret {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return platform.Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestLogin_TokenIsAccepted(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = emptyList

	a := g.do(http.MethodPost, "/v1/login", `{"username":"ada","password":"`+password+`"}`, "Authorization", "")

	require.Equal(t, http.StatusOK, a.Code)
	var session struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	require.NoError(t, json.Unmarshal(a.body.Data, &session))
	assert.Equal(t, 900, session.ExpiresIn)
	assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "", "Authorization", "Bearer "+session.AccessToken).Code)
	assert.NotContains(t, g.log.String(), session.AccessToken)
	assert.NotContains(t, g.log.String(), password)
}

func TestLogin_WrongNameOrPassword_SameAnswer(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	wrong := g.do(http.MethodPost, "/v1/login", `{"username":"ada","password":"guess"}`)
	unknown := g.do(http.MethodPost, "/v1/login", `{"username":"eve","password":"`+password+`"}`)

	assert.Equal(t, http.StatusUnauthorized, wrong.Code)
	assert.Equal(t, "WRONG_CREDENTIALS", wrong.body.Reason)
	assert.Equal(t, wrong.Body.String(), unknown.Body.String())
	assert.NotContains(t, g.log.String(), password)
}

func TestLogin_PasswordLength_IsLimited(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for _, tooMuch := range []string{strings.Repeat("x", 73), strings.Repeat("ü", 37)} {
		a := g.do(http.MethodPost, "/v1/login", `{"username":"ada","password":"`+tooMuch+`"}`)
		assert.Equal(t, http.StatusBadRequest, a.Code, "bcrypt would look at its first 72 bytes only")
		assert.Equal(t, "password", a.body.Fields[0].Field)
	}
}

func TestLogin_HasItsOwnRateLimit(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.RateLimit = config.RateLimit{PerSecond: 10, Burst: 20}
		cfg.LoginRateLimit = config.LoginRateLimit{PerSecond: 0.001, Burst: 3}
	})
	g.orders.list = emptyList
	for range 3 {
		assert.Equal(t, http.StatusUnauthorized, g.do(http.MethodPost, "/v1/login", `{"username":"ada","password":"guess"}`).Code)
	}

	a := g.do(http.MethodPost, "/v1/login", `{"username":"eve","password":"guess"}`)

	assert.Equal(t, http.StatusTooManyRequests, a.Code, "another name is another guess by the same client")
	assert.NotEmpty(t, a.Header().Get("Retry-After"))
	for range 20 {
		assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "").Code, "the other routes have theirs")
	}
}

func TestLogin_ManyAddressesOneUser_IsLimited(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.LoginUserRateLimit = config.LoginUserRateLimit{PerSecond: 0.001, Burst: 3}
		cfg.Server.TrustedProxies = "192.0.2.0/24"
	})
	for _, name := range []string{"ada", "unknown"} {
		guess := func(address int) answer {
			return g.do(http.MethodPost, "/v1/login", `{"username":"`+name+`","password":"guess"}`, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", address))
		}
		for address := range 3 {
			assert.Equal(t, http.StatusUnauthorized, guess(address).Code, name)
		}

		a := guess(99)

		assert.Equal(t, http.StatusTooManyRequests, a.Code, "many addresses must not mean many guesses, for the known and the unknown user %s", name)
		assert.NotEmpty(t, a.Header().Get("Retry-After"))
	}
	assert.Equal(t, http.StatusUnauthorized, g.do(http.MethodPost, "/v1/login", `{"username":"eve","password":"guess"}`).Code, "others are let alone")
}

func TestLogin_NoUsers_ReturnsNotFound(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.Login.Users = "" })

	a := g.do(http.MethodPost, "/v1/login", `{"username":"ada","password":"`+password+`"}`)

	assert.Equal(t, http.StatusNotFound, a.Code)
	assert.Equal(t, "LOGIN_DISABLED", a.body.Reason)
}
