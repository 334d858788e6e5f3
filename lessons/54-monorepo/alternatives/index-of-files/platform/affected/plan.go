// Package affected says what a change of files reaches: which packages have to be tested, and which programs have to be built.
package affected

import (
	"cmp"
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

// level is how far a change of a package goes.
type level int

const (
	untouched level = iota
	tested
	rebuilt
)

// Affected raises the level of packages until no import raises another one.
func Affected(before, after []Package, changed []string) Plan {
	levels, all := map[string]level{}, false
	for _, file := range changed {
		hit := false
		for _, list := range [][]Package{before, after} {
			for _, p := range list {
				for _, l := range levelsOf(p, file) {
					levels[p.Path], hit = max(levels[p.Path], l), true
				}
			}
		}
		if !hit && path.Ext(file) != ".md" && strings.SplitN(file, "/", 2)[0] != "docs" {
			all = true
		}
	}
	for range after { // a path of imports has no more steps than there are packages
		for _, p := range after {
			if slices.ContainsFunc(p.Imports, func(i string) bool { return levels[i] == rebuilt }) {
				levels[p.Path] = rebuilt
			}
		}
	}
	ordered := slices.SortedFunc(slices.Values(after), func(a, b Package) int { return cmp.Compare(a.Path, b.Path) })
	plan := Plan{Test: []string{}, Build: []string{}}
	for _, p := range ordered {
		byTests := slices.ContainsFunc(p.TestImports, func(i string) bool { return levels[i] == rebuilt })
		if all || byTests || levels[p.Path] > untouched {
			plan.Test = append(plan.Test, p.Path)
		}
		if p.Main && (all || levels[p.Path] == rebuilt) {
			plan.Build = append(plan.Build, p.Path)
		}
	}
	return plan
}

// levelsOf are the levels at which the file belongs to the package.
func levelsOf(p Package, file string) (levels []level) {
	relative, below := file, true
	if p.Dir != "." {
		relative, below = strings.CutPrefix(file, p.Dir+"/")
	}
	if !below {
		return nil
	}
	if slices.Contains(p.Embeds, relative) {
		levels = append(levels, rebuilt)
	}
	if slices.Contains(p.TestEmbeds, relative) || strings.HasPrefix(relative, "testdata/") && !strings.Contains("/"+p.Dir+"/", "/testdata/") {
		levels = append(levels, tested)
	}
	switch {
	case strings.Contains(relative, "/") || path.Ext(relative) != ".go":
	case strings.HasSuffix(relative, "_test.go"):
		levels = append(levels, tested)
	default:
		levels = append(levels, rebuilt)
	}
	return levels
}
