package config

import (
	"slices"
	"strings"
)

func (r *reader) isReported(fault error) bool {
	return slices.ContainsFunc(r.broken, func(name string) bool { return strings.Contains(fault.Error(), name) })
}
