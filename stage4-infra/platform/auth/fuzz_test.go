package auth_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"shop/platform/auth"
	"shop/platform/errs"
)

// Any header other than a signed token in its only spelling is Unauthorized.
func FuzzVerify_Header(f *testing.F) {
	p := newParties(f)
	valid := string(p.users.sign(f, userClaims(nil)))
	head, payload, signature := parts(valid)
	plain := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT","kid":"` + p.users.kid + `"}`))
	for _, header := range []string{
		"Bearer " + valid, "bearer " + valid, "Bearer  " + valid, "Bearer " + valid + "=", "Bearer " + valid + "\n", "",
		"Bearer " + head + "." + payload + ".", "Bearer " + plain + "." + payload + ".", "Bearer " + plain + "." + payload + "." + signature,
		"Bearer " + head + "\n." + payload + "." + signature, "Bearer ..", "Bearer " + valid + "." + signature, "Basic dTpw", "Bearer \xff",
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		token, err := auth.ParseHeader([]string{header})
		if err == nil {
			_, err = p.verifier.Verify(token)
		}
		if header == "Bearer "+valid {
			assert.NoError(t, err)
			return
		}
		assert.Equal(t, errs.Unauthorized, errs.CodeOf(err), "%q", header)
	})
}

func parts(token string) (head, payload, signature string) {
	split := strings.Split(token, ".")
	return split[0], split[1], split[2]
}

// Of all combinations of signing methods and missing claims only the valid one is accepted.
func FuzzVerify_Claims(f *testing.F) {
	p := newParties(f)
	for method := range uint8(5) {
		f.Add(method, uint8(0), uuid.NewString(), "customer", "")
	}
	for missing := range 5 {
		f.Add(uint8(0), uint8(1<<missing), uuid.NewString(), "admin", "")
	}
	f.Add(uint8(0), uint8(0), "svc:order", "service", "")
	f.Add(uint8(4), uint8(0), "svc:order", "service", "")
	f.Add(uint8(0), uint8(0), uuid.NewString(), "customer", uuid.NewString())
	f.Fuzz(func(t *testing.T, method, missing uint8, subject, role, behalf string) {
		claims := userClaims(func(c jwt.MapClaims) { c["sub"], c["roles"], c["on_behalf_of"] = subject, []string{role}, behalf })
		names := []string{"iss", "aud", "exp", "sub", "roles"}
		for i, name := range names {
			if missing&(1<<i) != 0 {
				delete(claims, name)
			}
		}
		var token auth.Token
		switch method % 5 {
		case 0:
			token = p.users.sign(t, claims)
		case 1:
			token = signWith(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, p.users.kid, claims)
		case 2:
			token = signWith(t, jwt.SigningMethodHS256, []byte(p.users.public), p.users.kid, claims)
		case 3:
			token = signWith(t, jwt.SigningMethodEdDSA, newSigner(t).key, p.users.kid, claims)
		default:
			token = p.services.sign(t, claims)
		}

		got, err := p.verifier.Verify(token)

		id, notUUID := uuid.Parse(subject)
		noRole := missing&(1<<4) != 0 // authenticated, but every rule denies it
		valid := method%5 == 0 && missing&^(1<<4) == 0 && notUUID == nil && behalf == "" &&
			(noRole || slices.Contains([]string{"customer", "admin", "warehouse"}, role))
		if !valid {
			assert.Equal(t, errs.Unauthorized, errs.CodeOf(err), "%v", claims)
			return
		}
		assert.NoError(t, err)
		assert.Equal(t, id.String(), got.Subject)
		assert.False(t, got.Has(auth.Service))
	})
}

func TestVerify_ExpiryWithLeeway(t *testing.T) {
	t.Parallel()
	p := newParties(t)
	for after, want := range map[time.Duration]errs.Code{-20 * time.Second: errs.Unauthorized, -time.Second: 0, 30 * time.Second: 0} {
		_, err := p.verifier.Verify(p.users.sign(t, userClaims(func(c jwt.MapClaims) { c["exp"] = time.Now().Add(after).Unix() })))
		assert.Equal(t, want, errs.CodeOf(err), "%s", after)
	}
}
