package overlay

import (
	"fmt"
	"go/format"
	"slices"
	"strings"
)

const clause = "package p\n\n" // what is formatted alone needs one

// Quote cuts declarations out of a Go source, with their comments: "CanTransitionTo" of a type is "OrderStatus.CanTransitionTo" or
// "(*OrderStatus).CanTransitionTo", several are parted by commas, and "" is the whole file. A member of a const group that counts
// brings the whole group.
func Quote(src []byte, decl string) (string, error) {
	f, err := parse(src)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(decl) == "" {
		return f.src, nil
	}
	var parts []string
	var done []*unit
	for name := range strings.SplitSeq(decl, ",") {
		name = normal(name)
		at := slices.IndexFunc(f.units, func(u *unit) bool { return slices.Contains(u.keys, name) })
		if at < 0 {
			return "", fmt.Errorf("%s is not declared there", name)
		}
		if u := f.units[at]; !slices.Contains(done, u) {
			done = append(done, u)
			text, err := format.Source([]byte(clause + f.alone(u))) // a group's line loses its indentation
			if err != nil {
				return "", fmt.Errorf("quote %s: %w", name, err)
			}
			parts = append(parts, strings.TrimSpace(strings.TrimPrefix(string(text), clause))+"\n")
		}
	}
	return strings.Join(parts, "\n"), nil
}
