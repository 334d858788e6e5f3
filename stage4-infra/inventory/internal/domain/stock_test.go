package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"shop/inventory/internal/domain"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func restored(available, reserved, version int64) *domain.Stock {
	return domain.RestoreStock(domain.StockSnapshot{
		SKU: "tea", Available: available, Reserved: reserved, Version: version, UpdatedAt: noon,
	})
}

func TestStock_AnySequenceOfMoves_LosesNoPiece(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 1000).Draw(t, "total")
		stock := restored(total, 0, 1)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			quantity := rapid.Int32Range(-5, 500).Draw(t, "quantity")
			switch rapid.SampledFrom([]string{"reserve", "release", "ship"}).Draw(t, "move") {
			case "reserve":
				_ = stock.Reserve(quantity, noon)
			case "release":
				_ = stock.Release(quantity, noon)
			case "ship":
				if stock.Ship(quantity, noon) == nil {
					total -= int64(quantity)
				}
			}
			if stock.Available() < 0 || stock.Reserved() < 0 || stock.Available()+stock.Reserved() != total {
				t.Fatalf("%d available and %d reserved of %d pieces", stock.Available(), stock.Reserved(), total)
			}
		}
	})
}

func TestStock_RefusedMove_ChangesNothing(t *testing.T) {
	t.Parallel()
	stock := restored(2, 1, 7)

	require.ErrorIs(t, stock.Reserve(3, noon.Add(time.Hour)), domain.ErrInsufficientStock)
	require.ErrorIs(t, stock.Release(2, noon.Add(time.Hour)), domain.ErrInvalidQuantity)
	require.ErrorIs(t, stock.Ship(2, noon.Add(time.Hour)), domain.ErrInvalidQuantity)

	assert.Equal(t, restored(2, 1, 7), stock)
}

func TestCheckDelta(t *testing.T) {
	t.Parallel()
	for _, delta := range []int64{1, -1, 1_000_000_000, -1_000_000_000} {
		assert.NoError(t, domain.CheckDelta(delta), delta)
	}
	for _, delta := range []int64{0, 1_000_000_001, -1_000_000_001, -1 << 63} {
		assert.ErrorIs(t, domain.CheckDelta(delta), domain.ErrInvalidDelta, delta)
	}
}

func TestStock_Reserve_SetsUpdatedAt(t *testing.T) {
	t.Parallel()
	stock := restored(5, 0, 7)

	require.NoError(t, stock.Reserve(2, noon.Add(time.Hour)))

	assert.Equal(t, domain.SKU("tea"), stock.SKU())
	assert.Equal(t, noon.Add(time.Hour), stock.UpdatedAt())
	assert.EqualValues(t, 7, stock.Version(), "the version is counted when it is stored, not before")
}
