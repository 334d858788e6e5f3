package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/domain"
)

func euros(t *testing.T, minor int64) domain.Money {
	t.Helper()
	money, err := domain.NewMoney(minor, "EUR")
	require.NoError(t, err)
	return money
}

func TestProduct_Change_CountsOnlyRealChanges(t *testing.T) {
	t.Parallel()
	product, err := domain.NewProduct("tea", "Tea", euros(t, 490), noon)
	require.NoError(t, err)
	assert.EqualValues(t, 1, product.Version())

	changed, err := product.Change("Tea", euros(t, 490), noon.Add(time.Hour))
	require.NoError(t, err)
	assert.False(t, changed)
	assert.Equal(t, noon, product.UpdatedAt())

	changed, err = product.Change("Earl Grey", euros(t, 490), noon.Add(time.Hour))
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, "Earl Grey", product.Name())
	assert.EqualValues(t, 2, product.Version())
	assert.Equal(t, []time.Time{noon, noon.Add(time.Hour)}, []time.Time{product.CreatedAt(), product.UpdatedAt()})
}

func TestProduct_Changes_RecordConsecutiveEvents(t *testing.T) {
	t.Parallel()
	later := noon.Add(time.Hour)
	product, err := domain.NewProduct("tea", "Tea", euros(t, 490), noon)
	require.NoError(t, err)
	_, err = product.Change("Tea", euros(t, 490), later)
	require.NoError(t, err)
	_, err = product.Change("Tea", euros(t, 500), later)
	require.NoError(t, err)

	assert.Equal(t, []domain.Event{
		domain.ProductChanged{
			EventMeta: domain.EventMeta{ID: "product:tea:1", Sequence: 1, OccurredAt: noon}, SKU: "tea", Name: "Tea", UnitPrice: euros(t, 490),
		},
		domain.ProductChanged{
			EventMeta: domain.EventMeta{ID: "product:tea:2", Sequence: 2, OccurredAt: later}, SKU: "tea", Name: "Tea", UnitPrice: euros(t, 500),
		},
	}, product.Events(), "none for the change that changed nothing")
	restored := domain.RestoreProduct(domain.ProductSnapshot{SKU: "tea", Version: 2})
	assert.Empty(t, restored.Events(), "events are not published twice")
}

func TestProduct_RefusedChange_ChangesNothing(t *testing.T) {
	t.Parallel()
	product, err := domain.NewProduct("tea", "Tea", euros(t, 490), noon)
	require.NoError(t, err)

	_, err = product.Change("", euros(t, 1), noon)
	assert.ErrorIs(t, err, domain.ErrInvalidName)
	_, err = product.Change("Tea", euros(t, -1), noon)
	assert.ErrorIs(t, err, domain.ErrInvalidPrice)

	assert.Equal(t, euros(t, 490), product.UnitPrice())
	assert.EqualValues(t, 1, product.Version())
	assert.Len(t, product.Events(), 1, "only the creation")
}

func TestNewMoney_UnknownCurrency_ReturnsErrInvalidCurrency(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "EU", "EURO", "eur", "E€R", "123", "XXX", "ABC"} {
		_, err := domain.NewMoney(1, code)
		assert.ErrorIs(t, err, domain.ErrInvalidCurrency, "%q", code)
	}
	assert.True(t, euros(t, -1).IsNegative())
	assert.False(t, euros(t, 0).IsNegative())
	assert.Equal(t, "5 EUR (minor units)", euros(t, 5).String())
}
