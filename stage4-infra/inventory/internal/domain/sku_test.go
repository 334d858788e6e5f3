package domain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/inventory/internal/domain"
)

func TestParseSKU(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "TEA-01", "x_y.z", "a:b/c", strings.Repeat("x", 64)} {
		sku, err := domain.ParseSKU(good)
		assert.NoError(t, err)
		assert.Equal(t, domain.SKU(good), sku)
	}
	for _, bad := range []string{"", " ", "a b", "tea\n", "t\x00a", "thé", strings.Repeat("x", 65)} {
		_, err := domain.ParseSKU(bad)
		assert.ErrorIs(t, err, domain.ErrInvalidSKU, "%q", bad)
	}
}
