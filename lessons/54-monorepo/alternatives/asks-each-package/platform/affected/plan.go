// Package affected says what a change of files reaches: which packages have to be tested, and which programs have to be built.
package affected

import (
	"path"
	"regexp"
	"sort"
	"strings"
)

// Package is what the go command says about a package of the shop.
type Package struct {
	Path        string   // import path: shop/order/internal/domain
	Dir         string   // below the root of the repository, with slashes: order/internal/domain
	Main        bool     // it is a program
	Imports     []string // import paths, other libraries included
	TestImports []string // what its tests import beyond that
	Embeds      []string // files that are compiled in, relative to Dir
	TestEmbeds  []string // files that are compiled into its tests, relative to Dir
}

// Plan is what has to be done for a change: import paths in alphabetical order, each once.
type Plan struct {
	Test  []string // packages
	Build []string // programs
}

var (
	prose = regexp.MustCompile(`\.md$|^docs/`)
	// fixture is a file below the first testdata of its path.
	fixture = regexp.MustCompile(`^((?:[^/]+/)*?)testdata/`)
)

// Affected asks each package of the new commit whether something that it is made of has changed.
func Affected(before, after []Package, changed []string) Plan {
	a := answers{known: map[string]bool{}, own: map[string]bool{}, tests: map[string]bool{}, imports: map[string][]string{}}
	everything := false
	for _, file := range changed {
		owned := a.note(before, file)
		owned = a.note(after, file) || owned
		everything = everything || !owned && !prose.MatchString(file)
	}
	for _, p := range after {
		a.imports[p.Path] = p.Imports
	}
	var plan Plan
	for _, p := range after {
		code := everything || a.changed(p.Path)
		test := code || a.tests[p.Path]
		for _, i := range p.TestImports {
			test = test || a.changed(i)
		}
		if test {
			plan.Test = append(plan.Test, p.Path)
		}
		if code && p.Main {
			plan.Build = append(plan.Build, p.Path)
		}
	}
	sort.Strings(plan.Test)
	sort.Strings(plan.Build)
	return plan
}

type answers struct {
	own, tests map[string]bool     // packages of which a file has changed
	imports    map[string][]string // of the new commit
	known      map[string]bool     // answers of changed
}

// note keeps whose file it is; false when it is no package's.
func (a answers) note(packages []Package, file string) (owned bool) {
	dir, name := path.Split(file)
	dir = path.Clean(dir)
	for _, p := range packages {
		into := []map[string]bool{}
		if dir == p.Dir && strings.HasSuffix(name, "_test.go") {
			into = append(into, a.tests)
		} else if dir == p.Dir && path.Ext(name) == ".go" {
			into = append(into, a.own)
		}
		if m := fixture.FindStringSubmatch(file); m != nil && path.Clean(m[1]) == p.Dir {
			into = append(into, a.tests)
		}
		for _, e := range p.Embeds {
			if path.Join(p.Dir, e) == file {
				into = append(into, a.own)
			}
		}
		for _, e := range p.TestEmbeds {
			if path.Join(p.Dir, e) == file {
				into = append(into, a.tests)
			}
		}
		for _, m := range into {
			m[p.Path], owned = true, true
		}
	}
	return owned
}

// changed reports whether the package, or one that it imports, has changed. Imports have no cycles.
func (a answers) changed(path string) bool {
	if answer, ok := a.known[path]; ok {
		return answer
	}
	answer := a.own[path]
	for _, i := range a.imports[path] {
		answer = a.changed(i) || answer
	}
	a.known[path] = answer
	return answer
}
