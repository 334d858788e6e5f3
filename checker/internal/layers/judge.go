package layers

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check/imports"
)

// Check judges the stages in dirs and returns one text per problem: an import that a layer does not allow, a package in no
// layer, a layer without packages, a known violation that no longer exists. An error means that a stage could not be read.
func (r *Rules) Check(dirs ...string) (problems []string, err error) {
	covers := make([]bool, len(r.Layers)) // the layer has at least one package
	exists := make([]bool, len(r.Known))
	for _, dir := range dirs {
		graph, err := imports.Load(dir)
		if err != nil {
			return nil, err
		}
		for i, layer := range r.Layers {
			var found []imports.Breach
			for _, p := range layer.packages(graph) {
				covers[i] = true
				for _, breach := range graph.Breaches(p.Dir, layer.judge, func(string) bool { return layer.Transitive }) {
					if known := r.known(layer.Name, breach.Last()); known >= 0 {
						exists[known] = true
					} else {
						found = append(found, breach)
					}
				}
			}
			problems = append(problems, describe(dir, layer.Name, found)...)
		}
		for _, p := range graph.Match("...") {
			if !slices.ContainsFunc(r.Layers, func(l Layer) bool { return anyMatches(l.Packages, p.Dir) }) {
				problems = append(problems, filepath.Join(dir, p.Dir)+": package is in no layer; add it to the packages of one")
			}
		}
	}
	for i, layer := range r.Layers {
		if !covers[i] {
			problems = append(problems, fmt.Sprintf("layer %s: no package matches %s", layer.Name, strings.Join(layer.Packages, ", ")))
		}
	}
	for i, known := range r.Known {
		if !exists[i] {
			problems = append(problems, fmt.Sprintf("layer %s: the known violation that %s imports %s no longer exists; remove it",
				known.Layer, known.Package, known.Import))
		}
	}
	return problems, nil
}

// packages are those of the layer, each once, sorted.
func (l Layer) packages(graph *imports.Graph) []*imports.Package {
	all := graph.Match("...")
	return slices.DeleteFunc(all, func(p *imports.Package) bool { return !anyMatches(l.Packages, p.Dir) })
}

// judge applies May to the lines of the package itself, and the rest to every line that is reached.
func (l Layer) judge(chain []imports.Import) (why string) {
	last := chain[len(chain)-1]
	for _, ban := range l.Never {
		if anyMatches(ban.Imports, last.Path) {
			return ban.Why
		}
	}
	switch {
	case last.Standard():
		return ""
	case last.Dir != "" && (len(chain) > 1 || anyMatches(l.May, last.Dir)):
		return ""
	case last.Dir == "" && anyMatches(l.Libraries, last.Path):
		return ""
	}
	return l.Why
}

// known returns the index of the known violation that the line is, or -1.
func (r *Rules) known(layer string, line imports.Import) int {
	return slices.IndexFunc(r.Known, func(k Known) bool {
		return k.Layer == layer && k.Package == path.Dir(line.File) && imports.Matches(k.Import, line.Path)
	})
}

// describe returns one text per fault of a layer. A package that many packages of the layer reach is one fault, and so are its
// imports that the same reason refuses: the text has the first chain and the number of the others.
func describe(dir, layer string, breaches []imports.Breach) (texts []string) {
	type fault struct{ pkg, path, why string }
	keyOf := func(b imports.Breach) fault {
		if len(b.Chain) == 1 {
			return fault{path.Dir(b.Last().File), b.Last().Path, b.Why}
		}
		return fault{path.Dir(b.Last().File), "", b.Why}
	}
	count := map[fault]int{}
	for _, b := range breaches {
		count[keyOf(b)]++
	}
	for _, b := range breaches {
		if others := count[keyOf(b)] - 1; others >= 0 {
			texts = append(texts, text(dir, layer, b, others))
			count[keyOf(b)] = 0
		}
	}
	return texts
}

// text starts with the place that editors and CI jump to: the line of the package that is judged.
func text(dir, layer string, b imports.Breach, others int) string {
	verb := "imports"
	if len(b.Chain) > 1 {
		verb = "reaches"
	}
	text := fmt.Sprintf("%s:%d: %s %s %s: %s", filepath.Join(dir, b.First().File), b.First().Line, layer, verb, b.Last().Path, b.Why)
	if len(b.Chain) > 1 {
		for _, i := range b.Chain {
			text += fmt.Sprintf("\n\t%s:%d imports %s", filepath.Join(dir, i.File), i.Line, i.Path)
		}
	}
	if others > 0 {
		text += fmt.Sprintf("\n\tand %d more chains to what %s imports", others, path.Dir(b.Last().File))
	}
	return text
}

func anyMatches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return imports.Matches(pattern, name) })
}
