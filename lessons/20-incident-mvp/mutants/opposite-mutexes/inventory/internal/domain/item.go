package domain

import "fmt"

// MergeItems returns the items with each SKU once, in the order of the request, so that a reservation reads like its order.
func MergeItems(items []Item) ([]Item, error) {
	places := make(map[SKU]int, len(items))
	merged := make([]Item, 0, len(items))
	for _, item := range items {
		if item.Quantity < 1 || item.Quantity > maxQuantity {
			return nil, fmt.Errorf("%w: %d of %s", ErrInvalidQuantity, item.Quantity, item.SKU)
		}
		place, seen := places[item.SKU]
		if !seen {
			places[item.SKU] = len(merged)
			merged = append(merged, item)
			continue
		}
		sum := int64(merged[place].Quantity) + int64(item.Quantity)
		if sum > int64(maxQuantity) {
			return nil, fmt.Errorf("%w: %d of %s", ErrInvalidQuantity, sum, item.SKU)
		}
		merged[place].Quantity = int32(sum)
	}
	if len(merged) == 0 || len(merged) > maxItems {
		return nil, fmt.Errorf("%w: %d", ErrInvalidItems, len(merged))
	}
	return merged, nil
}
