package monorepo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// listed is what the go command prints about a package.
type listed struct {
	ImportPath, Name                   string
	Imports, TestImports, XTestImports []string
	Module                             *struct{ Path string }
}

// measure counts in the learner's shop, laid out as one module, so that the numbers are the same before and after the move.
func measure(t *check.T) map[string]float64 {
	dir := filepath.Join(scratch(t), "shop")
	t.Ours("copy the workspace", copyTree(dir, t.Dir(), func(name string) bool {
		base := filepath.Base(name)
		return base != "go.mod" && base != "go.sum" && base != "go.work" && base != "go.work.sum"
	}))
	for _, name := range []string{"go.mod", "go.sum"} {
		t.Ours("copy "+name, copyFile(filepath.Join(dir, name), filepath.Join(t.Root(), stage, name)))
	}
	all := list(t, dir, "list", "-json=ImportPath,Name,Imports,TestImports,XTestImports", "./...")
	wallet := list(t, dir, "list", "-deps", "-json=ImportPath,Module", "./wallet/cmd/wallet")
	libraries, own := map[string]bool{}, 0
	for _, p := range wallet {
		switch {
		case p.Module == nil:
		case p.Module.Path == shopPath:
			own++
		default:
			libraries[p.Module.Path] = true
		}
	}
	testedErrs, builtErrs := reach(all, errsPath)
	testedMoney, builtMoney := reach(all, "shop/wallet/internal/domain")
	return map[string]float64{
		"packages":                      float64(len(all)),
		"requirements":                  float64(len(stageMod(t).Require)),
		"packages of wallet":            float64(own),
		"libraries of wallet":           float64(len(libraries)),
		"tested after errs":             float64(testedErrs),
		"built after errs":              float64(builtErrs),
		"tested after money":            float64(testedMoney),
		"built after money":             float64(builtMoney),
		"parts that import platform":    float64(partsThatImport(all, "platform")),
		"commits with modules of parts": float64(1 + partsThatImport(all, "platform")),
	}
}

func list(t *check.T, dir string, args ...string) (all []listed) {
	text, ok := goIn(t, dir, "off", args...)
	if !ok {
		t.Fail(check.Failure{ID: "shop", Sentence: "the packages of the shop cannot be listed", Expected: "code that the go command can read", Seen: text,
			Why: "The checker measures your shop, with the go.mod that you were given."})
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		t.Ours("read what go list says", err)
		all = append(all, p)
	}
}

// reach counts the packages that are tested, and the programs that are built, after a change of one package's code.
func reach(all []listed, changed string) (tested, built int) {
	code := map[string]bool{changed: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if !code[p.ImportPath] && slices.ContainsFunc(p.Imports, func(i string) bool { return code[i] }) {
				code[p.ImportPath], grown = true, true
			}
		}
	}
	for _, p := range all {
		if code[p.ImportPath] || slices.ContainsFunc(slices.Concat(p.TestImports, p.XTestImports), func(i string) bool { return code[i] }) {
			tested++
		}
		if code[p.ImportPath] && p.Name == "main" {
			built++
		}
	}
	return tested, built
}

// parts are the modules that one would make of a shop with a module for each part.
var parts = []string{"gen", "platform", "paymentsim", "inventory", "wallet", "order", "gateway"}

// partsThatImport counts the other parts with a package that imports one of a part, tests included.
func partsThatImport(all []listed, part string) (n int) {
	within := func(path, part string) bool { return strings.HasPrefix(path+"/", shopPath+"/"+part+"/") }
	for _, other := range parts {
		if other != part && slices.ContainsFunc(all, func(p listed) bool {
			return within(p.ImportPath, other) && slices.ContainsFunc(slices.Concat(p.Imports, p.TestImports, p.XTestImports),
				func(i string) bool { return within(i, part) })
		}) {
			n++
		}
	}
	return n
}
