package dependencyrule

import (
	"fmt"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/imports"
)

// layering is what the packages of one layer must not reach: neither by an import line of their own, nor through another package of
// the same service. What is moved into a package beside the layer is still in the layer's hands.
type layering struct {
	packages []string // patterns over directories, see imports.Graph.Match
	through  []string // patterns of packages that are judged by themselves and so not looked through
	refuses  func(service string, i imports.Import) (why string)
}

// breach is the way from a package of the layer to what it must not reach.
type breach struct {
	chain []imports.Import
	why   string
}

func (l layering) judge(t *check.T) {
	graph := t.Imports()
	found := 0
	t.Step("follow every import line of %s", strings.Join(l.packages, " and "))
	var breaches []breach
	for _, pattern := range l.packages {
		for _, p := range graph.Match(pattern) {
			found++
			breaches = append(breaches, l.breaches(graph, p)...)
		}
	}
	if found == 0 {
		t.Fail(check.Failure{
			Sentence: "the layer is gone", Expected: "packages " + strings.Join(l.packages, ", "), Seen: "none",
			Why: "A rule about a layer cannot be kept by having none.",
		})
	}
	if len(breaches) == 0 {
		return
	}
	lines := make([]string, len(breaches))
	for i, b := range breaches {
		lines[i] = b.String()
	}
	first := breaches[0].chain[0]
	t.FailAt(first.File, first.Line, check.Failure{
		Sentence: "an import points outward: " + lines[0],
		Expected: "no such import",
		Seen:     strings.Join(lines, "\n"),
		Why:      breaches[0].why,
	})
}

// breaches finds, for each thing that p must not reach, the shortest way to it.
func (l layering) breaches(graph *imports.Graph, p *imports.Package) []breach {
	service, _, _ := strings.Cut(p.Dir, "/")
	type way struct {
		dir   string
		chain []imports.Import
	}
	var found []breach
	seen, reported := map[string]bool{p.Dir: true}, map[string]bool{}
	for queue := []way{{dir: p.Dir}}; len(queue) > 0; queue = queue[1:] {
		at := graph.Packages[queue[0].dir]
		if at == nil {
			continue
		}
		for _, i := range at.Imports {
			chain := append(append([]imports.Import(nil), queue[0].chain...), i)
			if why := l.refuses(service, i); why != "" {
				if key := i.Path + i.File; !reported[key] {
					reported[key] = true
					found = append(found, breach{chain, why})
				}
				continue
			}
			if i.Dir != "" && !seen[i.Dir] && strings.HasPrefix(i.Dir, service+"/") && !l.judgedElsewhere(i.Dir) {
				seen[i.Dir] = true
				queue = append(queue, way{i.Dir, chain})
			}
		}
	}
	return found
}

func (l layering) judgedElsewhere(dir string) bool {
	for _, pattern := range append(l.packages, l.through...) {
		if imports.Matches(pattern, dir) {
			return true
		}
	}
	return false
}

// String is "wallet/internal/grpc/handler.go:8 imports x", with what lies between when the way is longer.
func (b breach) String() string {
	first, last := b.chain[0], b.chain[len(b.chain)-1]
	text := fmt.Sprintf("%s:%d imports %s", first.File, first.Line, first.Path)
	for _, i := range b.chain[1:] {
		text += fmt.Sprintf(", and %s:%d imports %s", i.File, i.Line, i.Path)
	}
	if last != first {
		text += " for it"
	}
	return text
}
