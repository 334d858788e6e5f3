package health

import (
	"slices"
)

// missing reports that none of the probes is up.
func (h *Health) missing(alternatives []string) bool {
	return slices.ContainsFunc(alternatives, func(name string) bool { return !h.monitor(name).up })
}
