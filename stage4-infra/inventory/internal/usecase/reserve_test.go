package usecase_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/paralleltest"
)

func TestReserve_OneItemMissing_ReservesNone(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(5, "cup", "tea")

	_, err := i.steps.Reserve(t.Context(), reservation(dto.Item{SKU: "cup", Quantity: 2}, dto.Item{SKU: "tea", Quantity: 6}))
	assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	_, err = i.steps.Reserve(t.Context(), reservation(dto.Item{SKU: "cup", Quantity: 2}, dto.Item{SKU: "zzz", Quantity: 1}))
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	i.wantStock("cup", 5, 0)
	i.wantStock("tea", 5, 0)

	_, err = i.steps.Reserve(t.Context(), reservation(dto.Item{SKU: "cup", Quantity: 2}, dto.Item{SKU: "tea", Quantity: 5}))
	require.NoError(t, err)
	i.wantStock("cup", 3, 2)
	i.wantStock("tea", 0, 5)
}

func TestReserve_OppositeItemOrders_DoNotDeadlock(t *testing.T) {
	t.Parallel()
	const buyers = 30
	i := newInventory(t).stocked(buyers, "cup", "tea")
	cup, tea := dto.Item{SKU: "cup", Quantity: 1}, dto.Item{SKU: "tea", Quantity: 1}

	problems := paralleltest.Together(buyers, func(n int) error {
		items := []dto.Item{cup, tea}
		if n%2 == 1 {
			items = []dto.Item{tea, cup}
		}
		_, err := i.steps.Reserve(t.Context(), reservation(items...))
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	i.wantStock("cup", 0, buyers)
	i.wantStock("tea", 0, buyers)
}

func TestReserve_Concurrent_SellsNoPieceTwice(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(7, "tea")

	problems := paralleltest.Together(20, func(int) error {
		_, err := i.steps.Reserve(t.Context(), reservation(dto.Item{SKU: "tea", Quantity: 1}))
		return err
	})

	sold := 0
	for _, err := range problems {
		if err == nil {
			sold++
			continue
		}
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	}
	assert.Equal(t, 7, sold)
	i.wantStock("tea", 0, 7)
}
