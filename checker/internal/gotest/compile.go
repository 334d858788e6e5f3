package gotest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/imports"
)

// compile makes the test binary of one package.
func (r *Runner) compile(ctx context.Context, pkg string) (string, *check.TestOutcome) {
	hidden := r.tests[pkg]
	if len(hidden) == 0 {
		out := unknown(fmt.Sprintf("no hidden tests are known for %s", pkg))
		return "", &out
	}
	source := filepath.Join(r.dir, filepath.FromSlash(pkg))
	importPath, err := imports.PathOf(source)
	if err != nil {
		return "", broken(check.Failure{Sentence: "your module cannot be read", Seen: err.Error()}, "", 0)
	}
	name := packageNameOf(source, "")
	if name == "" {
		return "", broken(check.Failure{Sentence: "the package " + pkg + " is gone", Expected: "Go files in " + pkg, Seen: "none that can be read"}, "", 0)
	}
	generated, err := generate(importPath, name, hidden)
	if err != nil {
		out := unknown(err.Error())
		return "", &out
	}
	overlay := map[string][]byte{}
	for _, layer := range []map[string][]byte{hidden, generated} {
		for file, data := range layer {
			overlay[pkg+"/"+file] = data
		}
	}
	binary, err := build.Test(ctx, r.dir, overlay, pkg)
	if failed := (*build.Error)(nil); errors.As(err, &failed) {
		return "", explainBuild(failed)
	}
	if err != nil {
		out := unknown(err.Error())
		return "", &out
	}
	return binary, nil
}

func goFiles(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".go") {
			names = append(names, e.Name())
		}
	}
	return names
}

func broken(f check.Failure, file string, line int) *check.TestOutcome {
	return &check.TestOutcome{Verdict: check.BuildError, Failure: f, File: file, Line: line}
}
