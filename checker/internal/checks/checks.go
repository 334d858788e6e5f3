// Package checks is the list of all checks of all lessons.
package checks

import (
	"fmt"
	"slices"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/dependencyrule"
	"stagecraft/checker/internal/checks/idempotency"
	"stagecraft/checker/internal/checks/money"
	"stagecraft/checker/internal/checks/orderstate"
	"stagecraft/checker/internal/checks/saga"
)

// topics is where each topic's package adds its checks, one line each: domain.Checks,
var topics = []func() []check.Check{
	orderstate.Checks,
	money.Checks,
	dependencyrule.Checks,
	idempotency.Checks,
	saga.Checks,
}

// All returns every check. It panics when two have the same id: an author's mistake that a test finds.
func All() []check.Check {
	var all []check.Check
	seen := map[string]bool{}
	for _, topic := range topics {
		for _, c := range topic() {
			if seen[c.ID] {
				panic(fmt.Sprintf("two checks are called %s", c.ID))
			}
			seen[c.ID] = true
			all = append(all, c)
		}
	}
	return all
}

// Find returns the checks with the given ids, in that order.
func Find(ids ...string) ([]check.Check, error) {
	all := All()
	found := make([]check.Check, 0, len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(all, func(c check.Check) bool { return c.ID == id })
		if i < 0 {
			return nil, fmt.Errorf("no check is called %q", id)
		}
		found = append(found, all[i])
	}
	return found, nil
}
