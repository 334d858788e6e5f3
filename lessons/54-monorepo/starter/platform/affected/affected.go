// Package affected says what a change of files reaches: which packages have to be tested, and which programs have to be built.
package affected

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
	var plan Plan
	for _, p := range after { // a first draft: everything, whatever has changed
		plan.Test = append(plan.Test, p.Path)
		if p.Main {
			plan.Build = append(plan.Build, p.Path)
		}
	}
	return plan
}
