package domain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/domain"
)

func TestMergeItems_ReturnsEachSKUOnceInLockOrder(t *testing.T) {
	t.Parallel()

	merged, err := domain.MergeItems([]domain.Item{{SKU: "b", Quantity: 1}, {SKU: "a", Quantity: 2}, {SKU: "b", Quantity: 3}})

	require.NoError(t, err)
	assert.Equal(t, []domain.Item{{SKU: "a", Quantity: 2}, {SKU: "b", Quantity: 4}}, merged)
}

func TestMergeItems_InvalidItems_ReturnsError(t *testing.T) {
	t.Parallel()
	var tooMany []domain.Item
	for i := range 101 {
		tooMany = append(tooMany, domain.Item{SKU: domain.SKU(fmt.Sprint(i)), Quantity: 1})
	}
	for name, test := range map[string]struct {
		items []domain.Item
		want  error
	}{
		"nothing":           {nil, domain.ErrInvalidItems},
		"too many":          {tooMany, domain.ErrInvalidItems},
		"none of it":        {[]domain.Item{{SKU: "a", Quantity: 0}}, domain.ErrInvalidQuantity},
		"less than nothing": {[]domain.Item{{SKU: "a", Quantity: 5}, {SKU: "a", Quantity: -1}}, domain.ErrInvalidQuantity},
		"too much together": {[]domain.Item{{SKU: "a", Quantity: 900_000}, {SKU: "a", Quantity: 900_000}}, domain.ErrInvalidQuantity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := domain.MergeItems(test.items)
			assert.ErrorIs(t, err, test.want)
		})
	}
}
