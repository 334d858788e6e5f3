package idempotency_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"shop/platform/errs"
	"shop/platform/idempotency"
)

func FuzzCheckKey_AcceptedKeysCanBeStoredAndLogged(f *testing.F) {
	for _, key := range []string{
		"", "k1", strings.Repeat("k", 128), strings.Repeat("k", 129), "a b", "a\nb", "a\x00b", "k\xff", "schlüssel", "\u202e", "~ !",
	} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if err := idempotency.CheckKey(key); err != nil {
			assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
			return
		}
		assert.True(t, len(key) >= 1 && len(key) <= 128, "%d bytes", len(key))
		assert.True(t, utf8.ValidString(key))
		for _, r := range key {
			assert.True(t, r >= ' ' && r <= '~', "%q", r)
		}
	})
}

// A hash that ignores where one string ends and the next begins would answer one request with the result of another.
func FuzzHash_OtherContentHasAnotherHash(f *testing.F) {
	f.Add("ab", "c", int64(1), "a", "bc", int64(1))
	f.Add("tea", "", int64(5), "tea", "", int64(5))
	f.Add(`a","b`, "", int64(0), "a", "b", int64(0))
	f.Fuzz(func(t *testing.T, a1, b1 string, n1 int64, a2, b2 string, n2 int64) {
		if !utf8.ValidString(a1+b1) || !utf8.ValidString(a2+b2) {
			t.Skip("protobuf strings are UTF-8")
		}
		first, err := idempotency.Hash([]any{a1, b1, n1})
		assert.NoError(t, err)
		second, err := idempotency.Hash([]any{a2, b2, n2})
		assert.NoError(t, err)
		assert.Equal(t, a1 == a2 && b1 == b2 && n1 == n2, string(first) == string(second))
	})
}
