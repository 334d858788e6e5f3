package domain

import (
	"cmp"
	"fmt"
	"slices"
)

const maxItems = 100

// Item is a quantity of one SKU.
type Item struct {
	SKU      SKU
	Quantity int32
}

// pieces returns the sum of the quantities of all items.
func pieces(items []Item) (total int64) {
	for _, item := range items {
		total += int64(item.Quantity)
	}
	return total
}

// MergeItems returns the items with each SKU once, in SKU order: the order in which their stocks are locked.
func MergeItems(items []Item) ([]Item, error) {
	sums := make(map[SKU]int64, len(items))
	for _, item := range items {
		if item.Quantity < 1 || item.Quantity > maxQuantity {
			return nil, fmt.Errorf("%w: %d of %s", ErrInvalidQuantity, item.Quantity, item.SKU)
		}
		sums[item.SKU] += int64(item.Quantity)
	}
	if len(sums) == 0 || len(sums) > maxItems {
		return nil, fmt.Errorf("%w: %d", ErrInvalidItems, len(sums))
	}
	merged := make([]Item, 0, len(sums))
	for sku, sum := range sums {
		if sum > int64(maxQuantity) {
			return nil, fmt.Errorf("%w: %d of %s", ErrInvalidQuantity, sum, sku)
		}
		merged = append(merged, Item{SKU: sku, Quantity: int32(sum)})
	}
	slices.SortFunc(merged, func(a, b Item) int { return cmp.Compare(a.SKU, b.SKU) })
	return merged, nil
}
