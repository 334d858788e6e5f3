package lesson

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"stagecraft/checker/internal/overlay"
)

// A Hole is a part of the lesson's task, with the checks that judge it.
type Hole struct {
	Name   string   `yaml:"name"`
	At     []string `yaml:"at"` // PATH#DECL as in quotes; declarations of the starter
	Checks []string `yaml:"checks"`
}

// Untouched says whether all declarations of the hole are in tree as the starter has them.
func (l Lesson) Untouched(h Hole, tree fs.FS) bool {
	for _, at := range h.At {
		was, err := quoteAt(l.Starter(), at)
		if err != nil {
			return false
		}
		if is, err := quoteAt(tree, at); err != nil || is != was {
			return false
		}
	}
	return true
}

func quoteAt(tree fs.FS, at string) (string, error) {
	name, decl, _ := strings.Cut(at, "#")
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return "", err
	}
	if decl == "" {
		return string(source), nil
	}
	return overlay.Quote(source, decl)
}

// holeFaults are holes that name what the lesson does not have.
func holeFaults(l Lesson) []error {
	var all []error
	for _, h := range l.Holes {
		if h.Name == "" || len(h.At) == 0 || len(h.Checks) == 0 {
			all = append(all, fmt.Errorf("a hole must have name, at and checks: %+v", h))
		}
		for _, id := range h.Checks {
			if !slices.Contains(l.Checks, id) {
				all = append(all, fmt.Errorf("hole %q: the lesson has no check %s", h.Name, id))
			}
		}
		for _, at := range h.At {
			if _, err := quoteAt(l.Starter(), at); err != nil {
				all = append(all, fmt.Errorf("hole %q: %s is not in the starter: %w", h.Name, at, err))
			}
		}
	}
	return all
}
