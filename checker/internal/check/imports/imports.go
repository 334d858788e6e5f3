// Package imports is a view of who imports whom in a module, read from the import lines alone.
// It needs no type information and no network, so that it also works while the code does not compile.
package imports

import (
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// Graph is the packages of one module.
type Graph struct {
	Root     string // the directory of the module
	Module   string
	Packages map[string]*Package // by directory relative to the module root, with slashes
}

// Package is one directory's non-test files and what they import.
type Package struct {
	Dir     string // "order/internal/domain"
	Name    string
	Imports []Import
}

// Import is one import line.
type Import struct {
	Path string // as written
	Dir  string // the imported package's directory if it is of this module, else ""
	File string // relative to the module root
	Line int
}

// Standard reports whether the import is of the standard library (or "C").
func (i Import) Standard() bool {
	first, _, _ := strings.Cut(i.Path, "/")
	return i.Dir == "" && !strings.Contains(first, ".")
}

// Load reads the module at dir. Test files, testdata, vendor and files for other platforms are left out.
func Load(dir string) (*Graph, error) {
	module, err := PathOf(dir)
	if err != nil {
		return nil, err
	}
	g := &Graph{Root: dir, Module: module, Packages: map[string]*Package{}}
	fset := token.NewFileSet()
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != dir && skipDir(p, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		if match, err := build.Default.MatchFile(filepath.Dir(p), d.Name()); err == nil && !match {
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		return g.addFile(fset, p, filepath.ToSlash(rel))
	})
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	return g, nil
}

// Match returns the packages whose directory matches the pattern, sorted. A pattern is a path in which `*` stands for
// one element and a last `...` for any number, also none: "*/internal/domain/...".
func (g *Graph) Match(pattern string) []*Package {
	var found []*Package
	for dir, p := range g.Packages {
		if Matches(pattern, dir) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
	return found
}

// Matches reports whether dir matches the pattern as Match describes.
func Matches(pattern, dir string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(dir, "/")
	for i, w := range want {
		if w == "..." && i == len(want)-1 {
			return true
		}
		if i >= len(have) {
			return false
		}
		if ok, err := path.Match(w, have[i]); err != nil || !ok {
			return false
		}
	}
	return len(want) == len(have)
}

func (g *Graph) addFile(fset *token.FileSet, file, rel string) error {
	parsed, err := parser.ParseFile(fset, file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	dir := path.Dir(rel)
	p := g.Packages[dir]
	if p == nil {
		p = &Package{Dir: dir, Name: parsed.Name.Name}
		g.Packages[dir] = p
	}
	for _, spec := range parsed.Imports {
		ipath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		imp := Import{Path: ipath, File: rel, Line: fset.Position(spec.Pos()).Line}
		if ipath == g.Module {
			imp.Dir = "."
		} else if local, ok := strings.CutPrefix(ipath, g.Module+"/"); ok {
			imp.Dir = local
		}
		p.Imports = append(p.Imports, imp)
	}
	return nil
}

func skipDir(p, name string) bool {
	if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(p, "go.mod"))
	return err == nil
}

// PathOf returns the import path of dir: that of the module, plus the way from the module's root if dir is below it.
func PathOf(dir string) (string, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	below := ""
	for {
		src, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err == nil {
			module := modfile.ModulePath(src)
			if module == "" {
				return "", fmt.Errorf("%s/go.mod names no module", root)
			}
			return path.Join(module, below), nil
		}
		if filepath.Dir(root) == root {
			return "", fmt.Errorf("no go.mod at or above %s", dir)
		}
		below = path.Join(filepath.Base(root), below)
		root = filepath.Dir(root)
	}
}
