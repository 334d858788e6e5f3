package overlay

import (
	"fmt"
	"go/build/constraint"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// A place is a declaration of a package: its key and the files that declare it.
type places map[string][]string

// declaredIn lists what the files of a directory declare, changed files in place of their own. Files that are built only under
// some condition are left out, since they may declare the same as others. Files that do not parse declare nothing.
func declaredIn(base fs.FS, dir string, changed map[string][]byte) places {
	sources := map[string][]byte{}
	files, _ := fs.Glob(base, dir+"/*.go")
	if dir == "." {
		files, _ = fs.Glob(base, "*.go")
	}
	for _, name := range files {
		sources[name], _ = fs.ReadFile(base, name)
	}
	for name, body := range changed {
		if path.Dir(name) == dir && strings.HasSuffix(name, ".go") {
			sources[name] = body
		}
	}
	found := places{}
	for _, name := range sortedKeys(sources) {
		if sources[name] == nil || conditional(name, sources[name]) {
			continue
		}
		f, err := parse(sources[name])
		if err != nil {
			continue
		}
		for _, u := range f.units {
			for _, key := range u.keys {
				if !repeatable(key) {
					key = f.tree.Name.Name + "." + key
					found[key] = append(found[key], path.Base(name))
				}
			}
		}
	}
	return found
}

// doubles says which names are declared in several files.
func doubles(found places) []string {
	var all []string
	for _, key := range sortedKeys(found) {
		if files := found[key]; len(files) > 1 {
			_, name, _ := strings.Cut(key, ".")
			all = append(all, fmt.Sprintf("%s is declared in %s", name, strings.Join(files, " and in ")))
		}
	}
	return all
}

func conditional(name string, source []byte) bool {
	for line := range strings.Lines(string(source)) {
		if constraint.IsGoBuild(strings.TrimSpace(line)) {
			return true
		}
		if strings.HasPrefix(line, "package ") {
			break
		}
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".go"), "_test")
	for _, system := range []string{"_linux", "_darwin", "_windows", "_unix", "_amd64", "_arm64"} {
		if strings.HasSuffix(stem, system) {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
