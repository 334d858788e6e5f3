package idempotency_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/platform/errs"
	"shop/platform/idempotency"
)

func TestCheckKey_AcceptsOnlyPrintableASCII(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", strings.Repeat("k", 129), "k\x00", "k\n", "k\x7f", "k\xff", "schlüssel"} {
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(idempotency.CheckKey(key)), "%q", key)
	}
	for _, key := range []string{"k", strings.Repeat("k", 128), "order 1/2 {~}"} {
		assert.NoError(t, idempotency.CheckKey(key), "%q", key)
	}
}
