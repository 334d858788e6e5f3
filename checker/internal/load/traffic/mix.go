// Package traffic is what customers of the shop do, as a mix of operations with weights.
package traffic

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Mix are weights by operation.
type Mix map[string]int

// Default is mostly reading; every third request buys something, and some of the purchases are cancelled.
func Default() Mix {
	return Mix{"list_orders": 25, "get_order": 20, "get_wallet": 10, "get_stock": 5, "create_order": 33, "cancel_order": 7}
}

// Validate refuses unknown operations and a mix of nothing.
func (m Mix) Validate() error {
	total := 0
	for name, weight := range m {
		if _, known := operations[name]; !known {
			return fmt.Errorf("there is no operation %q; there are: %s", name, strings.Join(slices.Sorted(maps.Keys(operations)), ", "))
		}
		if weight < 0 {
			return fmt.Errorf("the weight of %s is negative", name)
		}
		total += weight
	}
	if total == 0 {
		return fmt.Errorf("the mix has no weight")
	}
	return nil
}

// pick draws an operation. The order of the names makes it depend on r alone.
func (m Mix) pick(r *rand.Rand) string {
	total := 0
	for _, weight := range m {
		total += weight
	}
	dice := r.IntN(total)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if dice -= m[name]; dice < 0 {
			return name
		}
	}
	return ""
}
