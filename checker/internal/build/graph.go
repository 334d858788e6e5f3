package build

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"hash"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// graph hashes packages together with everything of the same module that they import.
// Libraries are covered by go.mod and go.sum.
type graph struct {
	dir        string // the directory under test
	root       string // the directory of its go.mod
	module     string // the module's path
	base       string // a hash of what every package depends on
	hidden     map[string][]byte
	packages   map[string]string   // import path → hash of its files
	imports    map[string][]string // import path → imports of the same module
	buildRules build.Context
}

// newGraph reads the module that dir belongs to. hidden are files, relative to dir, that stand in for those on the disk.
func newGraph(dir string, hidden map[string][]byte) (*graph, error) {
	root := dir
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(root)
		if parent == root {
			return nil, fmt.Errorf("%s belongs to no module: go.mod is missing", dir)
		}
		root = parent
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, fmt.Errorf("read the module: %w", err)
	}
	sum, _ := os.ReadFile(filepath.Join(root, "go.sum"))
	h := sha256.New()
	field(h, "go", runtime.Version(), os.Getenv("GOFLAGS"), os.Getenv("CGO_ENABLED"), root)
	field(h, string(mod), string(sum))
	return &graph{
		dir: dir, root: root, module: modfile.ModulePath(mod), base: hex.EncodeToString(h.Sum(nil)), hidden: hidden,
		packages: map[string]string{}, imports: map[string][]string{}, buildRules: build.Default,
	}, nil
}

// key is the hash of a package, given relative to the directory under test, and of all it imports from the module.
func (g *graph) key(pkg string, withTests bool) (string, error) {
	rel, err := filepath.Rel(g.root, filepath.Join(g.dir, filepath.FromSlash(pkg)))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	field(h, g.base, strconv.FormatBool(withTests))
	start := path.Join(g.module, filepath.ToSlash(rel))
	if withTests {
		own, imports, err := g.read(start, true)
		if err != nil {
			return "", err
		}
		field(h, "tests", own)
		if err := g.walk(h, imports...); err != nil {
			return "", err
		}
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	if err := g.walk(h, start); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// walk adds the hashes of packages and their imports, each once and in the order of their paths.
func (g *graph) walk(h hash.Hash, starts ...string) error {
	seen := map[string]bool{}
	var visit func(string) error
	visit = func(pkg string) error {
		if seen[pkg] {
			return nil
		}
		seen[pkg] = true
		if _, known := g.packages[pkg]; !known {
			own, imports, err := g.read(pkg, false)
			if err != nil {
				return err
			}
			g.packages[pkg], g.imports[pkg] = own, imports
		}
		for _, next := range g.imports[pkg] {
			if err := visit(next); err != nil {
				return err
			}
		}
		return nil
	}
	for _, start := range starts {
		if err := visit(start); err != nil {
			return err
		}
	}
	paths := make([]string, 0, len(seen))
	for pkg := range seen {
		paths = append(paths, pkg)
	}
	sort.Strings(paths)
	for _, pkg := range paths {
		field(h, pkg, g.packages[pkg])
	}
	return nil
}

// read hashes the files of one package and returns its imports from the module.
func (g *graph) read(pkg string, withTests bool) (own string, imports []string, err error) {
	dir := filepath.Join(g.root, filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(pkg, g.module), "/")))
	sources, err := g.sources(dir, withTests)
	if err != nil {
		return "", nil, err
	}
	names := make([]string, 0, len(sources))
	for name := range sources {
		names = append(names, name)
	}
	sort.Strings(names)
	var (
		h      = sha256.New()
		unique = map[string]bool{}
		embeds bool
	)
	for _, name := range names {
		field(h, name, string(sources[name]))
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		embeds = embeds || bytes.Contains(sources[name], []byte("//go:embed"))
		// A file that does not parse still hashes; the compiler will say what is wrong with it.
		file, _ := parser.ParseFile(token.NewFileSet(), name, sources[name], parser.ImportsOnly|parser.SkipObjectResolution)
		if file == nil {
			continue
		}
		for _, spec := range file.Imports {
			if target, err := strconv.Unquote(spec.Path.Value); err == nil && g.inModule(target) {
				unique[target] = true
			}
		}
	}
	if embeds {
		if err := hashTree(h, dir); err != nil {
			return "", nil, err
		}
	}
	for target := range unique {
		imports = append(imports, target)
	}
	sort.Strings(imports)
	return hex.EncodeToString(h.Sum(nil)), imports, nil
}

func (g *graph) inModule(target string) bool {
	return target == g.module || strings.HasPrefix(target, g.module+"/")
}

// sources are the files of a directory that can influence the build, by name; a directory that is not there has none.
func (g *graph) sources(dir string, withTests bool) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("read package: %w", err)
	}
	sources := map[string][]byte{}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".md") {
			continue
		}
		if match, err := g.buildRules.MatchFile(dir, name); strings.HasSuffix(name, ".go") && err == nil && !match {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			if os.IsNotExist(err) {
				continue // an editor replaced it under our eyes
			}
			return nil, fmt.Errorf("read package: %w", err)
		}
		sources[name] = body
	}
	rel, err := filepath.Rel(g.dir, dir)
	if err != nil {
		return nil, err
	}
	for file, body := range g.hidden {
		if path.Dir(file) == filepath.ToSlash(rel) && (withTests || !strings.HasSuffix(file, "_test.go")) {
			sources[path.Base(file)] = body
		}
	}
	return sources, nil
}

// hashTree adds all files below dir: a package that embeds may embed any of them.
func hashTree(h hash.Hash, dir string) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		field(h, name, string(body))
		return nil
	})
}

// field adds values to a hash so that none can run into the next.
func field(h hash.Hash, values ...string) {
	for _, value := range values {
		fmt.Fprintf(h, "%d:%s;", len(value), value)
	}
}
