package imports

import (
	"fmt"
	"slices"
)

// A Judge says why a chain of import lines must not end as it does, or "" if it may. The first line is one of the package
// under judgement; each later line is one of the package that the line before it imports.
type Judge func(chain []Import) (why string)

// A Breach is a chain of import lines that a Judge refuses, and the reason.
type Breach struct {
	Chain []Import
	Why   string
}

// Breaches follows the import lines of package dir, and those of each package of the module that a line names and follow
// permits. It returns the shortest chain to each last line that judge refuses. What is refused is not followed.
func (g *Graph) Breaches(dir string, judge Judge, follow func(dir string) bool) []Breach {
	type way struct {
		dir   string
		chain []Import
	}
	type last struct{ path, file string }
	var found []Breach
	seen, reported := map[string]bool{dir: true}, map[last]bool{}
	for queue := []way{{dir: dir}}; len(queue) > 0; queue = queue[1:] {
		at := g.Packages[queue[0].dir]
		if at == nil {
			continue
		}
		for _, i := range at.Imports {
			chain := append(slices.Clone(queue[0].chain), i)
			if why := judge(chain); why != "" {
				if key := (last{i.Path, i.File}); !reported[key] {
					reported[key] = true
					found = append(found, Breach{chain, why})
				}
				continue
			}
			if i.Dir != "" && !seen[i.Dir] && follow(i.Dir) {
				seen[i.Dir] = true
				queue = append(queue, way{i.Dir, chain})
			}
		}
	}
	return found
}

// First is the line of the package under judgement.
func (b Breach) First() Import { return b.Chain[0] }

// Last is the line that is refused.
func (b Breach) Last() Import { return b.Chain[len(b.Chain)-1] }

// String is "wallet/internal/grpc/handler.go:8 imports x", with what lies between when the chain is longer.
func (b Breach) String() string {
	text := fmt.Sprintf("%s:%d imports %s", b.First().File, b.First().Line, b.First().Path)
	for _, i := range b.Chain[1:] {
		text += fmt.Sprintf(", and %s:%d imports %s", i.File, i.Line, i.Path)
	}
	if len(b.Chain) > 1 {
		text += " for it"
	}
	return text
}
