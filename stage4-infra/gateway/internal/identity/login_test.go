package identity

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"shop/platform/auth"
	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/errs"
)

const ada = "11111111-1111-4111-8111-111111111111"

// good is the hash of "secret". Hashing is slow on purpose, so it is done once.
var good = string(lo.Must(bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.DefaultCost)))

func userJSON(id, username, hash, roles string) string {
	return fmt.Sprintf(`{"id":%q,"username":%q,"password_hash":%q,"roles":[%s]}`, id, username, hash, roles)
}

// keyPair returns a private key and a configuration whose Verifier knows its public half.
func keyPair(t *testing.T) (config.Secret, auth.Config) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	pkix, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	bundle := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}))
	keys := config.Defaults[auth.Config]()
	keys.PublicKeys, keys.ServicePublicKeys = bundle, bundle
	return config.Secret(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})), keys
}

func TestExecute_ValidPassword_ReturnsSession(t *testing.T) {
	t.Parallel()
	key, keys := keyPair(t)
	users := "[" + userJSON(ada, "ada", good, `"customer"`) + "]"
	cfg := Config{Users: config.Secret(users), PrivateKey: key, TokenLifetime: time.Minute, Concurrency: 1}
	verifier, err := auth.NewVerifier(keys)
	require.NoError(t, err)

	login, err := NewLogin(cfg, keys, clock.System)
	require.NoError(t, err)
	session, err := login.Execute(t.Context(), "ada", "secret")
	require.NoError(t, err)
	principal, err := verifier.Verify(session.Token)
	require.NoError(t, err)
	assert.Equal(t, auth.Principal{Subject: ada, Roles: []string{"customer"}}, principal)
	assert.Equal(t, time.Minute, session.Lifetime)

	late, err := NewLogin(cfg, keys, func() time.Time { return time.Now().Add(-2 * time.Minute) })
	require.NoError(t, err)
	session, err = late.Execute(t.Context(), "ada", "secret")
	require.NoError(t, err)
	_, err = verifier.Verify(session.Token)
	assert.Equal(t, errs.Unauthorized, errs.CodeOf(err), "a session of two minutes ago that was good for one")
}

// A fast answer for an unknown name would show which names exist. The test counts hashes, because timing is unreliable.
func TestExecute_UnknownName_TakesAsLongAsWrongPassword(t *testing.T) {
	t.Parallel()
	key, keys := keyPair(t)
	users := "[" + userJSON(ada, "ada", good, `"customer"`) + "]"
	login, err := NewLogin(Config{Users: config.Secret(users), PrivateKey: key, TokenLifetime: time.Minute, Concurrency: 1}, keys, clock.System)
	require.NoError(t, err)
	fastest := func(username string) time.Duration {
		best := time.Hour
		for range 3 {
			begin := time.Now()
			_, err := login.Execute(t.Context(), username, "guess")
			require.Equal(t, errs.Unauthorized, errs.CodeOf(err))
			best = min(best, time.Since(begin))
		}
		return best
	}

	known, unknown := fastest("ada"), fastest("eve")

	assert.Greater(t, 4*unknown, known, "known %s, unknown %s", known, unknown)
	_, err = login.Execute(t.Context(), "eve", "secret")
	assert.Equal(t, errs.Unauthorized, errs.CodeOf(err), "the password of another")
}

func TestConfig_UnusableUsers_AreRejected(t *testing.T) {
	t.Parallel()
	key, keys := keyPair(t)
	one := userJSON(ada, "ada", good, `"customer"`)
	for name, test := range map[string]struct{ users, want string }{
		"no list":         {`{}`, "not a JSON list"},
		"no users":        {`[]`, "empty"},
		"no name":         {userJSON(ada, "", good, `"customer"`), "user 1 has no username"},
		"no uuid":         {userJSON("7", "ada", good, `"customer"`), "not a UUID"},
		"no hash":         {userJSON(ada, "ada", "secret", `"customer"`), "not a bcrypt hash"},
		"weak hash":       {userJSON(ada, "ada", strings.Replace(good, "$10$", "$04$", 1), `"customer"`), "cost 4"},
		"hashes of kinds": {one + "," + userJSON(ada, "bob", strings.Replace(good, "$10$", "$11$", 1), `"customer"`), "user 2 has a password_hash of cost 11"},
		"no role":         {userJSON(ada, "ada", good, ""), "no role"},
		"a service":       {userJSON(ada, "ada", good, `"service"`), `role "service"`},
		"a name twice":    {one + "," + one, "username of another"},
	} {
		users := test.users
		if users[0] == '{' && users != "{}" {
			users = "[" + users + "]"
		}
		cfg := Config{Users: config.Secret(users), PrivateKey: key, TokenLifetime: time.Minute, Concurrency: 1}
		err := cfg.Validate()
		assert.ErrorContains(t, err, test.want, name)
		assert.NotContains(t, fmt.Sprint(err), good, "a hash is a secret")
	}
	assert.ErrorContains(t, (&Config{Users: config.Secret("[" + one + "]"), TokenLifetime: time.Minute, Concurrency: 1}).Validate(), "must be set together")
	another, _ := keyPair(t)
	assert.ErrorContains(t, (&Config{PrivateKey: another, TokenLifetime: time.Minute, Concurrency: 1}).ValidateKey(keys), "public half")
	assert.NoError(t, (&Config{PrivateKey: key, TokenLifetime: time.Minute, Concurrency: 1}).ValidateKey(keys))
}

func TestExecute_ConcurrencyExceeded_ReturnsRateLimited(t *testing.T) {
	t.Parallel()
	key, keys := keyPair(t)
	users := "[" + userJSON(ada, "ada", good, `"customer"`) + "]"
	login, err := NewLogin(Config{Users: config.Secret(users), PrivateKey: key, TokenLifetime: time.Minute, Concurrency: 1}, keys, clock.System)
	require.NoError(t, err)
	login.slots <- struct{}{} // the only slot is taken

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = login.Execute(gone, "ada", "secret")
	assert.Equal(t, errs.RateLimited, errs.CodeOf(err), "the client may try again later")

	<-login.slots
	_, err = login.Execute(t.Context(), "ada", "secret")
	assert.NoError(t, err, "and then gets in")
}
