package overlay

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

var (
	majorDir    = regexp.MustCompile(`^v[0-9]+$`)
	majorSuffix = regexp.MustCompile(`\.v[0-9]+$`)
)

// localName is the name that an import without one brings into the file: known if that is not empty, else the first of the names
// which people give to a package of this path that the file uses; "" when it uses none.
func localName(importPath, known string, used map[string]bool) string {
	if known != "" {
		return known
	}
	base := path.Base(importPath)
	if majorDir.MatchString(base) && strings.Contains(importPath, "/") {
		if used[base] {
			return base // …/order/v1 may well be package v1
		}
		base = path.Base(path.Dir(importPath))
	}
	base = majorSuffix.ReplaceAllString(base, "")
	tries := []string{base}
	for _, cutDown := range []func(string) string{
		func(s string) string { return strings.TrimPrefix(s, "go-") },
		func(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "-go"), ".go") },
		func(s string) string { return strings.ReplaceAll(s, "-", "") },
		func(s string) string { return strings.ReplaceAll(s, "-", "_") },
		func(s string) string { return s[strings.LastIndexAny(s, "-.")+1:] },
	} {
		tries = append(tries, cutDown(base))
	}
	for _, name := range tries {
		if used[name] {
			return name
		}
	}
	if class(importPath, func(string) string { return "" }) == standard && !strings.Contains(base, "-") {
		return base
	}
	return ""
}

// packageNames reads the names of packages that lie in one of the trees: the tail of their import path is a directory there.
func packageNames(trees ...fs.FS) func(string) string {
	found := map[string]string{}
	return func(importPath string) string {
		name, known := found[importPath]
		if known {
			return name
		}
		// Without its first element, for that is the module; a library's path is too unlike any directory to be taken for one.
		for rest := importPath; name == ""; {
			_, tail, more := strings.Cut(rest, "/")
			if !more {
				break
			}
			rest = tail
			if !strings.Contains(rest, "/") {
				break
			}
			for _, tree := range trees {
				if name == "" {
					name = clauseIn(tree, rest)
				}
			}
		}
		found[importPath] = name
		return name
	}
}

// clauseIn is the name in the package clause of a directory's files, tests not asked.
func clauseIn(tree fs.FS, dir string) string {
	if !fs.ValidPath(dir) {
		return ""
	}
	files, err := fs.Glob(tree, dir+"/*.go")
	if err != nil {
		return ""
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			continue
		}
		if f, err := parser.ParseFile(token.NewFileSet(), "", source, parser.PackageClauseOnly); err == nil {
			return f.Name.Name
		}
	}
	return ""
}

// The blocks in which imports stand.
const (
	standard = iota
	library
	own
)

func class(importPath string, names func(string) string) int {
	first, _, _ := strings.Cut(importPath, "/")
	switch {
	case strings.Contains(first, "."):
		return library
	case first == "stagecraft" || names(importPath) != "":
		return own
	default:
		return standard
	}
}

// neighbour is the line behind which an import belongs: the last of its class with the longest common beginning.
func neighbour(i *imported, lines []*imported, names func(string) string) *imported {
	var best *imported
	longest := -1
	for _, other := range lines {
		if other.path == "C" || class(other.path, names) != class(i.path, names) {
			continue
		}
		if n := common(i.path, other.path); n >= longest {
			best, longest = other, n
		}
	}
	return best
}

func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// blocks writes import lines, an empty line between the classes.
func blocks(lines []*imported, names func(string) string) string {
	var parts []string
	for _, wanted := range []int{standard, library, own} {
		var block []string
		for _, i := range lines {
			if class(i.path, names) == wanted {
				block = append(block, i.text)
			}
		}
		if block != nil {
			parts = append(parts, strings.Join(block, "\n"))
		}
	}
	return strings.Join(parts, "\n\n")
}
