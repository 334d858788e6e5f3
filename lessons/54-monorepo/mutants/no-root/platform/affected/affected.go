// Package affected says what a change of files reaches: which packages have to be tested, and which programs have to be built.
package affected

import (
	"maps"
	"path"
	"slices"
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

// Affected plans the tests and builds of a change. before and after are the packages of the two commits, changed the files that differ:
// added, changed and deleted ones, relative to the root of the repository.
func Affected(before, after []Package, changed []string) Plan {
	c := change{code: map[string]bool{}, tests: map[string]bool{}}
	both := slices.Concat(before, after)
	for _, file := range changed {
		if !c.belongs(both, file) && !isProse(file) && !strings.HasSuffix(file, ".go") {
			return planOf(after, func(Package) bool { return true }, func(Package) bool { return true })
		}
	}
	c.spread(after)
	tested := func(p Package) bool {
		return c.code[p.Path] || c.tests[p.Path] || slices.ContainsFunc(p.TestImports, func(i string) bool { return c.code[i] })
	}
	return planOf(after, tested, func(p Package) bool { return c.code[p.Path] })
}

// change has the packages whose code or tests differ.
type change struct{ code, tests map[string]bool }

// belongs marks the packages that a file is a part of, and reports whether there are any.
func (c change) belongs(packages []Package, file string) bool {
	found := false
	for _, p := range packages {
		code, tests := part(p, file)
		if code {
			c.code[p.Path] = true
		}
		if tests {
			c.tests[p.Path] = true
		}
		found = found || code || tests
	}
	return found
}

// part reports whether a file is a part of the package's code, and of its tests.
func part(p Package, file string) (code, tests bool) {
	inside := strings.Contains(file, "/") && path.Dir(file) == p.Dir
	within := func(name string) bool { return path.Join(p.Dir, name) == file }
	code = inside && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") || slices.ContainsFunc(p.Embeds, within)
	tests = inside && strings.HasSuffix(file, "_test.go") || testdataOf(file) == p.Dir || slices.ContainsFunc(p.TestEmbeds, within)
	return code, tests
}

// testdataOf is the directory whose testdata has the file, "" when none has.
func testdataOf(file string) string {
	parts := strings.Split(path.Dir(file), "/")
	at := slices.Index(parts, "testdata")
	if at < 0 {
		return ""
	}
	return path.Join(".", path.Join(parts[:at]...))
}

func isProse(file string) bool {
	return strings.HasSuffix(file, ".md") || strings.HasPrefix(file, "docs/")
}

// spread adds what imports the changed code, directly or through others. Tests import and are not imported: they pass nothing on.
func (c change) spread(packages []Package) {
	importers := map[string][]string{}
	for _, p := range packages {
		for _, i := range p.Imports {
			importers[i] = append(importers[i], p.Path)
		}
	}
	queue := slices.Collect(maps.Keys(c.code))
	for len(queue) > 0 {
		for _, importer := range importers[queue[0]] {
			if !c.code[importer] {
				c.code[importer] = true
				queue = append(queue, importer)
			}
		}
		queue = queue[1:]
	}
}

func planOf(packages []Package, tested, built func(Package) bool) Plan {
	var plan Plan
	for _, p := range packages {
		if tested(p) {
			plan.Test = append(plan.Test, p.Path)
		}
		if p.Main && built(p) {
			plan.Build = append(plan.Build, p.Path)
		}
	}
	slices.Sort(plan.Test)
	slices.Sort(plan.Build)
	return plan
}
