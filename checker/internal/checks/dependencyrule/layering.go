package dependencyrule

import (
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/imports"
)

// layering is a rule about what the packages of one layer must not reach, by an import line of their own or through any other package of the
// module.
type layering struct {
	packages []string // patterns over directories, see imports.Graph.Match
	through  []string // patterns of packages that have rules of their own and so are not followed
	refuses  func(service string, i imports.Import) (why string)
	// inspect finds breaches in the code that import lines do not show; may be nil.
	inspect func(graph *imports.Graph, p *imports.Package) ([]finding, error)
}

// finding is a breach in one line of code.
type finding struct {
	file string
	line int
	text string
	why  string
}

func (l layering) judge(t *check.T) {
	graph := t.Imports()
	found := 0
	t.Step("follow every import line of %s", strings.Join(l.packages, " and "))
	var findings []finding
	for _, pattern := range l.packages {
		for _, p := range graph.Match(pattern) {
			found++
			findings = append(findings, l.findings(t, graph, p)...)
		}
	}
	if found == 0 {
		t.Fail(check.Failure{
			Sentence: "the layer is gone", Expected: "packages " + strings.Join(l.packages, ", "), Seen: "none",
			Why: "A rule about a layer needs the layer.",
		})
	}
	if len(findings) == 0 {
		return
	}
	lines := make([]string, len(findings))
	for i, f := range findings {
		lines[i] = f.text
	}
	first := findings[0]
	t.FailAt(first.file, first.line, check.Failure{
		Sentence: "a dependency points outward: " + first.text,
		Expected: "no such dependency",
		Seen:     strings.Join(lines, "\n"),
		Why:      first.why,
	})
}

// findings returns the breaches of one package.
func (l layering) findings(t *check.T, graph *imports.Graph, p *imports.Package) (found []finding) {
	for _, b := range l.breaches(graph, p) {
		found = append(found, finding{b.First().File, b.First().Line, b.String(), b.Why})
	}
	if l.inspect != nil {
		inspected, err := l.inspect(graph, p)
		t.Ours("read "+p.Dir, err)
		found = append(found, inspected...)
	}
	return found
}

// breaches returns the shortest chain of imports to each package that p must not reach.
func (l layering) breaches(graph *imports.Graph, p *imports.Package) []imports.Breach {
	service, _, _ := strings.Cut(p.Dir, "/")
	return graph.Breaches(p.Dir,
		func(chain []imports.Import) string { return l.refuses(service, chain[len(chain)-1]) },
		func(dir string) bool { return !l.judgedElsewhere(dir) })
}

func (l layering) judgedElsewhere(dir string) bool {
	for _, pattern := range append(l.packages, l.through...) {
		if imports.Matches(pattern, dir) {
			return true
		}
	}
	return false
}
