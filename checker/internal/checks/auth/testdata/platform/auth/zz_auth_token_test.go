// Hidden checks of the lesson on authentication. They use only names that the lesson gives.
package auth_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"shop/platform/auth"
	"shop/platform/errs"
)

func TestZZAuthHeader(t *testing.T) {
	const secret = "eyJzZWNyZXQ.aaa.bbb"
	parse := func(values []string) (token auth.Token, err error) {
		defer zzaCrash(t, fmt.Sprintf("ParseHeader(%q)", values))
		return auth.ParseHeader(values)
	}
	for _, values := range [][]string{
		nil, {}, {""}, {secret}, {"Bearer"}, {"Bearer "}, {"bearer " + secret}, {"Basic " + secret}, {"Bearer  " + secret}, {" Bearer " + secret},
		{"Bearer " + secret + " "}, {"Bearer\t" + secret}, {"Bearer a b"}, {"Bearer " + secret + ",Bearer x"}, {"Bearer " + secret + "\n"}, {"Bearer " + secret + "\r"}, {"Bearer a\tb"}, {"Bearer \t" + secret},
		{"Bearer " + secret, "Bearer " + secret}, {"Bearer " + secret, ""}, {"Basic x", "Bearer " + secret},
	} {
		what := fmt.Sprintf("ParseHeader(%q)", values)
		id := "form"
		if len(values) > 1 {
			id = "several"
		}
		token, err := parse(values)
		if err == nil {
			zzaFail(t, zzaFailure{id, what, "Unauthorized", fmt.Sprintf("the token %q", string(token)), "two programs that read the same header differently can be played off against each other"})
		}
		if errs.CodeOf(err) != errs.Unauthorized {
			zzaFail(t, zzaFailure{"code", what, "an error with the code Unauthorized", zzaText(err), "a client must be told that it has to log in"})
		}
		if strings.Contains(err.Error(), secret) {
			zzaFail(t, zzaFailure{"quoted", what, "an error that does not quote the header", zzaText(err), "errors are logged, and who reads the log could act as the caller"})
		}
	}
	token, err := parse([]string{"Bearer " + secret})
	if err != nil || token != secret {
		zzaFail(t, zzaFailure{"refused", "ParseHeader of one header, \"Bearer <token>\"", "the token", fmt.Sprintf("%q, %s", string(token), zzaText(err)), "this is the ordinary case"})
	}
}

func TestZZAuthForged(t *testing.T) {
	p := zzaNew(t)
	good := p.users.sign(t, zzaClaims())
	got := p.accepts(t, "refused", "a token that the identity provider has signed", good, "this is the ordinary case")
	if got.Subject != zzaUser || len(got.Roles) != 1 || got.Roles[0] != "customer" {
		zzaFail(t, zzaFailure{"refused", "the Principal of a good token", "its subject and its roles", fmt.Sprintf("%+v", got), "everything else is decided by these"})
	}
	p.accepts(t, "refused", "a token that is signed with the next key of the identity provider", p.nextUsers.sign(t, zzaClaims()), "keys are rotated: for a while two are valid")
	p.accepts(t, "refused", "a token for several audiences, of which this shop is one", p.users.sign(t, zzaClaims("aud", []string{"bank", "shop"})), "aud may be a list")
	p.accepts(t, "refused", "a token that a service has signed", p.services.sign(t, zzaServiceClaims()), "services call each other")
	p.accepts(t, "refused", "a token that a service has signed with its next key", p.nextServices.sign(t, zzaServiceClaims()), "keys are rotated: for a while two are valid")

	parts := strings.Split(string(good), ".")
	admin, _ := json.Marshal(zzaClaims("roles", []string{"admin"}))
	stranger := zzaNewSigner(t)
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	zzaOurs(t, err)
	const (
		written = "the header of a token is written by its sender: it may not choose how it is verified"
		signed  = "everyone can write claims; only the key proves who has"
	)
	publicKey := []byte(p.users.key.Public().(ed25519.PublicKey))
	for _, c := range []struct {
		id, what string
		token    auth.Token
		why      string
	}{
		{"algorithm", "a token with the algorithm none", zzaSign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, p.users.kid, zzaClaims()), written},
		{"algorithm", "a token with an HMAC whose secret is the public key, as PEM", zzaSign(t, jwt.SigningMethodHS256, []byte(p.users.public), p.users.kid, zzaClaims()), written},
		{"algorithm", "a token with an HMAC whose secret is the public key", zzaSign(t, jwt.SigningMethodHS256, publicKey, p.users.kid, zzaClaims()), written},
		{"algorithm", "a token that is signed with ECDSA", zzaSign(t, jwt.SigningMethodES256, elliptical, p.users.kid, zzaClaims()), written},
		{"signature", "a token whose claims were changed", auth.Token(parts[0] + "." + base64.RawURLEncoding.EncodeToString(admin) + "." + parts[2]), signed},
		{"signature", "a token without a signature", auth.Token(parts[0] + "." + parts[1] + "."), signed},
		{"signature", "a token that another key has signed, under the key id of the identity provider", zzaSign(t, jwt.SigningMethodEdDSA, stranger.key, p.users.kid, zzaClaims()), signed},
		{"signature", "a token that another key has signed", stranger.sign(t, zzaClaims()), signed},
		{"signature", "a token without a key id, signed by another key", zzaSign(t, jwt.SigningMethodEdDSA, stranger.key, nil, zzaClaims()), signed},
		{"issuer", "a token of another issuer, signed with our key", p.users.sign(t, zzaClaims("iss", "evil")), "a key proves tokens of its own issuer"},
		{"issuer", "a token of another issuer, whose name begins like ours", p.users.sign(t, zzaClaims("iss", "stagecraft-evil")), "a key proves tokens of its own issuer"},
		{"issuer", "a token of another issuer, signed with the key of services", p.services.sign(t, zzaServiceClaims("iss", "evil")), "a key proves tokens of its own issuer"},
		{"issuer", "a token of a service without an issuer", p.services.sign(t, zzaServiceClaims("iss", nil)), "a key proves tokens of its own issuer"},
		{"issuer", "a token without an issuer", p.users.sign(t, zzaClaims("iss", nil)), "a key proves tokens of its own issuer"},
		{"issuer", "a token of a service that the identity provider has signed", p.users.sign(t, zzaServiceClaims()), "a program that logs users in could act as any service, for any user"},
		{"issuer", "a token of a user that a service has signed", p.services.sign(t, zzaClaims()), "a service that was broken into could act as any admin"},
		{"audience", "a token for another audience", p.users.sign(t, zzaClaims("aud", "bank")), "a token for the bank was given to the bank: it could use it here"},
		{"audience", "a token for an audience that ends like ours", p.users.sign(t, zzaClaims("aud", "workshop")), "an audience is a whole name"},
		{"audience", "a token for a list of audiences without this one", p.users.sign(t, zzaClaims("aud", []string{"bank", "shop2"})), "an audience is a whole name"},
		{"audience", "a token of a service for another audience", p.services.sign(t, zzaServiceClaims("aud", "bank")), "services are verified as users are"},
		{"audience", "a token of a service without an audience", p.services.sign(t, zzaServiceClaims("aud", nil)), "services are verified as users are"},
		{"audience", "a token without an audience", p.users.sign(t, zzaClaims("aud", nil)), "a token without an audience is for everyone, and so for no one"},
		{"malformed", "an empty token", "", "this is the first thing that a scanner tries"},
		{"malformed", "a token of two parts", auth.Token(parts[0] + "." + parts[1]), "this is the first thing that a scanner tries"},
		{"malformed", "a token that is no base64", "%.%.%", "this is the first thing that a scanner tries"},
		{"malformed", "a token whose claims are a list", auth.Token(parts[0] + ".W10." + parts[2]), "this is the first thing that a scanner tries"},
	} {
		p.refuses(t, c.id, c.what, c.token, c.why)
	}
}

func TestZZAuthLifetime(t *testing.T) {
	p := zzaNew(t)
	now := time.Now()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	const day = 24 * time.Hour
	user := func(changes ...any) auth.Token { return p.users.sign(t, zzaClaims(changes...)) }

	p.accepts(t, "leeway", "a token that has expired 5 s ago", user("exp", at(-5*time.Second)), "clocks differ: JWT_LEEWAY is 10 s")
	p.accepts(t, "leeway", "a token that is issued 5 s from now", user("iat", at(5*time.Second)), "clocks differ: JWT_LEEWAY is 10 s")
	p.accepts(t, "leeway", "a token that is valid from 5 s from now", user("nbf", at(5*time.Second)), "clocks differ: JWT_LEEWAY is 10 s")
	p.accepts(t, "refused", "a token that is valid for 24 hours", user("iat", at(0), "exp", at(day)), "JWT_MAX_LIFETIME is 24 hours")
	p.accepts(t, "refused", "a token without iat that is valid for an hour", user("iat", nil), "iat is not required")
	p.accepts(t, "refused", "a token that is valid for 23 hours", user("exp", at(23*time.Hour)), "JWT_MAX_LIFETIME is 24 hours")
	const (
		forever = "a token cannot be taken back: one that is stolen works until it expires"
		future  = "a token that begins tomorrow was made for later, by someone who has the key today"
	)
	for _, c := range []struct {
		id, what string
		token    auth.Token
		why      string
	}{
		{"no-expiry", "a token without exp", user("exp", nil), forever},
		{"expired", "a token that has expired a minute ago", user("exp", at(-time.Minute)), forever},
		{"expired", "a token that has expired when the shop opened", user("exp", 0), forever},
		{"too-long", "a token that is valid for 25 hours", user("exp", at(25*time.Hour)), forever},
		{"too-long", "a token that expires in the year 285,000,000,000", user("exp", int64(9e18)), forever},
		{"too-long", "a token that expires in an hour and is 24 hours old", user("iat", at(-day), "exp", at(time.Hour)), "its whole lifetime counts, not only what is left"},
		{"too-long", "a token without iat that is valid for 25 hours", user("iat", nil, "exp", at(25*time.Hour)), forever},
		{"too-long", "a token that is issued in 9 s, and expires in 24 hours and 15 s", user("iat", at(9*time.Second), "exp", at(day+15*time.Second)), "a token that is issued later would be allowed to expire later; JWT_LEEWAY is 10 s"},
		{"too-long", "a service's token that is valid for 25 hours", p.services.sign(t, zzaServiceClaims("exp", at(25*time.Hour))), forever},
		{"no-expiry", "a service's token without exp", p.services.sign(t, zzaServiceClaims("exp", nil)), forever},
		{"expired", "a service's token that has expired a minute ago", p.services.sign(t, zzaServiceClaims("exp", at(-time.Minute))), forever},
		{"expired", "a token that has expired 15 s ago", user("exp", at(-15*time.Second)), forever},
		{"future", "a token that is issued a minute from now", user("iat", at(time.Minute)), future},
		{"future", "a token that is not valid before a minute from now", user("nbf", at(time.Minute)), future},
		{"future", "a token that is issued 15 s from now", user("iat", at(15*time.Second)), future},
		{"future", "a token that is not valid before 15 s from now", user("nbf", at(15*time.Second)), future},
	} {
		p.refuses(t, c.id, c.what, c.token, c.why)
	}
	zzaKnown(t)
	zzaOther(t)
}

// zzaOther verifies with other settings, and many tokens at once.
func zzaOther(t *testing.T) {
	t.Helper()
	p := zzaNew(t)
	cfg := p.cfg
	cfg.Issuer, cfg.Audience, cfg.MaxLifetime, cfg.Leeway = "idp", "bakery", 30*time.Minute, time.Minute
	verifier, err := auth.NewVerifier(cfg)
	zzaOurs(t, err)
	other := p
	other.verifier = verifier
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	theirs := func(changes ...any) auth.Token {
		return p.users.sign(t, zzaClaims(append([]any{"iss", "idp", "aud", "bakery", "exp", at(20 * time.Minute)}, changes...)...))
	}
	const configured = "issuer, audience, lifetime and leeway are those of the Config"
	good := p.users.sign(t, zzaClaims("exp", at(20*time.Minute)))
	p.accepts(t, "refused", "a good token", good, "this is the ordinary case")
	other.accepts(t, "configured", "a token for a Verifier with other settings", theirs(), configured)
	other.accepts(t, "configured", "a token that has expired 30 s ago, with a leeway of a minute", theirs("exp", at(-30*time.Second)), configured)
	other.refuses(t, "configured", "a token that another Verifier accepts, with another issuer and audience", good, configured)
	other.refuses(t, "configured", "a token that is valid for 40 minutes, of at most 30", theirs("exp", at(40*time.Minute)), configured)

	tokens := make([]auth.Token, 64)
	for i := range tokens {
		tokens[i] = p.users.sign(t, zzaClaims("sub", zzaID()))
	}
	var faults sync.Map
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 4 * len(tokens) {
				token := tokens[i%len(tokens)]
				if got, err := p.verifier.Verify(token); err != nil || !strings.Contains(zzaPayload(token), got.Subject) || got.Subject == "" {
					faults.Store(fmt.Sprintf("%s, %s", got.Subject, zzaText(err)), true)
				}
			}
		})
	}
	all.Wait()
	faults.Range(func(seen, _ any) bool {
		zzaFail(t, zzaFailure{"together", "64 good tokens of as many users, verified by eight requests at once", "each its own user", seen.(string), "a Verifier serves all requests of a service"})
		return false
	})
}

func zzaPayload(token auth.Token) string {
	payload, _ := base64.RawURLEncoding.DecodeString(strings.Split(string(token), ".")[1])
	return string(payload)
}

// zzaKnown looks at tokens that were verified before.
func zzaKnown(t *testing.T) {
	t.Helper()
	p := zzaNew(t) // outside of the bubble: a Verifier may have a goroutine that cleans up
	synctest.Test(t, func(t *testing.T) {
		claims := zzaClaims("exp", time.Now().Add(time.Minute).Unix())
		token := p.users.sign(t, claims)
		p.accepts(t, "refused", "a token that expires in a minute", token, "this is the ordinary case")
		p.accepts(t, "refused", "the same token again", token, "each request brings it")
		forged := zzaSign(t, jwt.SigningMethodEdDSA, zzaNewSigner(t).key, p.users.kid, claims)
		p.refuses(t, "remembered", "a token with the claims of a known one, and another signature", forged, "what is remembered must be the whole token, with its signature")
		later := p.users.sign(t, zzaClaims("nbf", time.Now().Add(30*time.Second).Unix()))
		p.refuses(t, "future", "a token that is not valid before 30 s from now", later, "it is not valid yet")
		time.Sleep(59 * time.Second)
		p.accepts(t, "remembered", "the token that was not valid half a minute ago", later, "what was refused once may be valid later")
		p.accepts(t, "refused", "a known token, a second before its expiry", token, "it is valid")
		time.Sleep(12 * time.Second)
		p.refuses(t, "remembered", "a known token after its expiry", token, "a token that was valid once would be valid for ever")
	})
}

func TestZZAuthIdentity(t *testing.T) {
	p := zzaNew(t)
	user := func(changes ...any) auth.Token { return p.users.sign(t, zzaClaims(changes...)) }
	service := func(changes ...any) auth.Token { return p.services.sign(t, zzaServiceClaims(changes...)) }

	for _, spelling := range []string{strings.ToUpper(zzaUser), "urn:uuid:" + zzaUser, "{" + zzaUser + "}", strings.ReplaceAll(zzaUser, "-", "")} {
		got := p.accepts(t, "spelling", "a user whose subject is spelled "+spelling, user("sub", spelling), "a UUID has several spellings")
		if got.Subject != zzaUser {
			zzaFail(t, zzaFailure{"spelling", "the subject of a user who is spelled " + spelling, zzaUser, got.Subject, "owners are compared as text: under another spelling a customer has no orders, and another set of idempotency keys"})
		}
	}
	for _, roles := range [][]string{{"customer"}, {"admin"}, {"warehouse"}, {"customer", "admin"}} {
		p.accepts(t, "refused", fmt.Sprintf("a user with the roles %v", roles), user("roles", roles), "these are roles of users")
	}
	got := p.accepts(t, "refused", "the order service, on behalf of a user", service(), "services call each other")
	if got.Subject != "svc:order" || got.OnBehalfOf != zzaUser || got.UserID() != zzaUser {
		zzaFail(t, zzaFailure{"acts-for", "a service that acts for a user", "Subject svc:order, OnBehalfOf and UserID the user", fmt.Sprintf("%+v, UserID %q", got, got.UserID()), "wallet asks UserID whose money it is"})
	}
	if alone := p.accepts(t, "refused", "a service that acts for no one", service("on_behalf_of", nil), "a scanner has no user"); alone.UserID() != "" {
		zzaFail(t, zzaFailure{"acts-for", "UserID of a service that acts for no one", "\"\"", fmt.Sprintf("%q", alone.UserID()), "a service owns nothing: its name must not be taken for a user"})
	}
	if odd := p.accepts(t, "refused", "a service whose subject is a UUID", service("sub", zzaUser, "on_behalf_of", nil), "the subject of a service is any text"); odd.UserID() != "" {
		zzaFail(t, zzaFailure{"acts-for", "UserID of a service whose subject is a UUID", "\"\"", fmt.Sprintf("%q", odd.UserID()), "the role says who is a service, and not the spelling of a name"})
	}
	if direct := p.accepts(t, "refused", "a user", user(), "this is the ordinary case"); direct.UserID() != zzaUser {
		zzaFail(t, zzaFailure{"acts-for", "UserID of a user", zzaUser, fmt.Sprintf("%q", direct.UserID()), "it says whose data may be used"})
	}
	const rights = "a signature proves who has written the claims, not that the claims are allowed"
	for _, c := range []struct {
		id, what string
		token    auth.Token
		why      string
	}{
		{"subject", "a user without a subject", user("sub", nil), "the empty id would be an owner like any other"},
		{"subject", "a user whose subject is no UUID", user("sub", "svc:order"), rights},
		{"role", "a user with the role service", user("roles", []string{"service"}), rights},
		{"role", "a user with the roles customer and service", user("roles", []string{"customer", "service"}), rights},
		{"role", "a user with the role public", user("roles", []string{"public"}), rights},
		{"role", "a user with a role that does not exist", user("roles", []string{"root"}), rights},
		{"role", "a user who acts on behalf of another", user("on_behalf_of", zzaID()), rights},
		{"service", "a service without a subject", service("sub", nil), rights},
		{"service", "a service with the role admin as well", service("roles", []string{"service", "admin"}), "a service that was broken into could do everything"},
		{"service", "a service with the role customer", service("roles", []string{"customer"}), rights},
		{"service", "a service without a role", service("roles", nil), rights},
	} {
		p.refuses(t, c.id, c.what, c.token, c.why)
	}
}
