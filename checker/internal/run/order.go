package run

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// selection returns the indexes of the checks to run, in the lesson's order, and marks the others as left out.
func (r *runner) selection() ([]int, error) {
	for _, id := range r.plan.Only {
		if !slices.ContainsFunc(r.plan.Checks, is(id)) {
			return nil, fmt.Errorf("the lesson has no check %q; it has %s", id, strings.Join(r.ids(), ", "))
		}
	}
	var selected []int
	for i, c := range r.plan.Checks {
		if len(r.plan.Only) == 0 || slices.Contains(r.plan.Only, c.ID) {
			selected = append(selected, i)
			continue
		}
		r.results[i].Fault = "not asked for"
	}
	return selected, nil
}

// inOrder puts first what the learner is waiting for: the checks that did not pass last time.
func (r *runner) inOrder(selected []int) []int {
	first := r.plan.First
	if first == nil {
		first = lastFailing(r.plan)
	}
	ordered := slices.Clone(selected)
	slices.SortStableFunc(ordered, func(a, b int) int {
		return rank(first, r.plan.Checks[a].ID) - rank(first, r.plan.Checks[b].ID)
	})
	return ordered
}

func rank(first []string, id string) int {
	if slices.Contains(first, id) {
		return 0
	}
	return 1
}

func (r *runner) ids() []string {
	ids := make([]string, len(r.plan.Checks))
	for i, c := range r.plan.Checks {
		ids[i] = c.ID
	}
	return ids
}

func is(id string) func(check.Check) bool {
	return func(c check.Check) bool { return c.ID == id }
}
