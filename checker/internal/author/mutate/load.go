package mutate

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// loaded is a package with its types.
type loaded struct {
	set      *token.FileSet
	path     string
	files    map[string]*ast.File // by name relative to the module
	sources  map[string][]byte
	info     *types.Info
	types    *types.Package
	importer types.Importer
}

// load parses and type-checks the package in dir/pkg, without its tests.
func load(dir, pkg string) (*loaded, error) {
	command := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}\t{{.Dir}}\t{{range .GoFiles}}{{.}} {{end}}", "./"+filepath.ToSlash(pkg))
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off")
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("mutate: list the imports of %s: %w", pkg, err)
	}
	exports := map[string]string{}
	p := &loaded{set: token.NewFileSet(), files: map[string]*ast.File{}, sources: map[string][]byte{}}
	var names []string
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		for len(fields) < 4 {
			fields = append(fields, "")
		}
		exports[fields[0]] = fields[1]
		p.path, names = fields[0], strings.Fields(fields[3]) // the package itself comes last
	}
	for _, name := range names {
		name = filepath.Join(pkg, name)
		source, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("mutate: %w", err)
		}
		p.sources[name] = source
		if p.files[name], err = parser.ParseFile(p.set, name, source, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, fmt.Errorf("mutate: %w", err)
		}
	}
	p.importer = importer.ForCompiler(p.set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: p.importer}
	if p.types, err = config.Check(p.path, p.set, slices.Collect(maps.Values(p.files)), p.info); err != nil {
		return nil, fmt.Errorf("mutate: %w", err)
	}
	return p, nil
}

// unused is an import or a variable that nothing uses.
type unused struct {
	offset   int    // of the import's path
	variable string // "" for an import
}

// check type-checks the package with other source in place of one file. ok is false when there is any error but unused.
func (p *loaded) check(name string, source []byte) (found []unused, ok bool) {
	file, err := parser.ParseFile(p.set, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, false
	}
	ok = true
	files := []*ast.File{file}
	for other, tree := range p.files {
		if other != name {
			files = append(files, tree)
		}
	}
	config := types.Config{Importer: p.importer, Error: func(err error) {
		var failed types.Error
		switch {
		case !errors.As(err, &failed):
			ok = false
		case strings.HasPrefix(failed.Msg, "declared and not used: "):
			found = append(found, unused{variable: strings.TrimPrefix(failed.Msg, "declared and not used: ")})
		case strings.HasSuffix(failed.Msg, "imported and not used"):
			found = append(found, unused{offset: p.set.PositionFor(failed.Pos, false).Offset})
		default:
			ok = false
		}
	}}
	_, _ = config.Check(p.path, p.set, files, nil)
	slices.SortStableFunc(found, func(a, b unused) int { return a.offset - b.offset })
	return found, ok
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func diff(before, after []byte) string {
	text, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: difflib.SplitLines(string(bytes.TrimSpace(before))), B: difflib.SplitLines(string(bytes.TrimSpace(after))), Context: 1,
	})
	_, text, _ = strings.Cut(text, "\n") // without the names of the files
	_, text, _ = strings.Cut(text, "\n")
	return text
}
