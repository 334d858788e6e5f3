package domain_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shop/order/internal/domain"
)

func euros(t require.TestingT, minor int64) domain.Money {
	money, err := domain.NewMoney(minor, "EUR")
	require.NoError(t, err)
	return money
}

// amounts are mostly the ones at which arithmetic goes wrong.
var amounts = rapid.OneOf(
	rapid.Int64(),
	rapid.Int64Range(-1000, 1000),
	rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}),
)

func TestMoneyCountsExactlyOrSaysThatItCannot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts.Draw(t, "a"), amounts.Draw(t, "b")
		x, y := big.NewInt(a), big.NewInt(b)
		sum, err := euros(t, a).Add(euros(t, b))
		agrees(t, new(big.Int).Add(x, y), sum, err)
		difference, err := euros(t, a).Sub(euros(t, b))
		agrees(t, new(big.Int).Sub(x, y), difference, err)
		product, err := euros(t, a).Mul(b)
		agrees(t, new(big.Int).Mul(x, y), product, err)
		order, err := euros(t, a).Cmp(euros(t, b))
		require.NoError(t, err)
		require.Equal(t, x.Cmp(y), order)
	})
}

func agrees(t *rapid.T, exact *big.Int, got domain.Money, err error) {
	if !exact.IsInt64() {
		require.ErrorIs(t, err, domain.ErrAmountOverflow)
		return
	}
	require.NoError(t, err)
	require.Equal(t, exact.Int64(), got.MinorUnits())
	require.Equal(t, "EUR", got.Currency())
}

func TestCurrenciesDoNotMix(t *testing.T) {
	t.Parallel()
	dollars, err := domain.NewMoney(1, "USD")
	require.NoError(t, err)

	_, err = euros(t, 1).Add(dollars)
	assert.ErrorIs(t, err, domain.ErrCurrencyMismatch)
	_, err = euros(t, 1).Sub(dollars)
	assert.ErrorIs(t, err, domain.ErrCurrencyMismatch)
	_, err = euros(t, 1).Cmp(dollars)
	assert.ErrorIs(t, err, domain.ErrCurrencyMismatch)
}

func TestOnlyKnownCurrencies(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "EU", "EURO", "eur", "E€R", "123", "XXX", "ABC"} {
		_, err := domain.NewMoney(1, code)
		assert.ErrorIs(t, err, domain.ErrInvalidCurrency, "%q", code)
	}
	for _, code := range []string{"EUR", "USD", "JPY", "CHF"} {
		_, err := domain.NewMoney(1, code)
		assert.NoError(t, err, "%q", code)
	}
}
