package domain_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shop/wallet/internal/domain"
)

func TestAdd_IsExactOrAnError(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		exact := new(big.Int).Add(big.NewInt(a), big.NewInt(b))

		sum, err := euros(t, a).Add(euros(t, b))

		if !exact.IsInt64() {
			require.ErrorIs(t, err, domain.ErrAmountOverflow)
			return
		}
		require.NoError(t, err)
		require.Equal(t, exact.Int64(), sum.MinorUnits())
	})
}

func TestNewMoney_Currency(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "eur", "EURO", "XXX", "ABC"} {
		_, err := domain.NewMoney(1, code)
		assert.ErrorIs(t, err, domain.ErrInvalidCurrency, "%q", code)
	}
	yen, err := domain.NewMoney(math.MaxInt64, "JPY")
	require.NoError(t, err)
	_, err = yen.Add(euros(t, 1))
	assert.ErrorIs(t, err, domain.ErrCurrencyMismatch)
}
