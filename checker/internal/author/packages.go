package author

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Packages returns the packages of a stage whose tests can find something new, as ./wallet/internal/usecase. A package is left out when
// it, its imports and those of its tests are the same as in the stage before, where they were tested already, or as when its tests passed,
// unless it is in the sample. With all nothing is left out.
func Packages(ctx context.Context, root, stage string, all bool) ([]string, error) {
	seed, _ := (&Options{Root: root}).sampleSeed(ctx)
	return packages(ctx, root, stage, all, seed)
}

func packages(ctx context.Context, root, stage string, all bool, seed uint64) ([]string, error) {
	tree, err := loadTree(ctx, filepath.Join(root, stage))
	if err != nil {
		return nil, err
	}
	old, err := treeBefore(ctx, root, stage)
	if err != nil {
		return nil, err
	}
	passed, err := readTested(filepath.Join(root, testedFile))
	if err != nil {
		return nil, err
	}
	var found []string
	var hashes []testedHash
	for _, pkg := range sortedKeys(tree.packages) {
		now := testedHash{stage, pkg, tree.hash(pkg)}
		hashes = append(hashes, now)
		isKnown := slices.Contains(passed, now) && !now.isSample(seed)
		isSame := old != nil && old.packages[pkg] != nil && old.hash(pkg) == now.hash
		if all || !isKnown && !isSame {
			found = append(found, "./"+pkg)
		}
	}
	return found, writeTested(listed(root, stage), hashes)
}

func treeBefore(ctx context.Context, root, stage string) (*stageTree, error) {
	before, err := stageBefore(root, stage)
	if err != nil || before == "" {
		return nil, err
	}
	return loadTree(ctx, filepath.Join(root, before))
}

// stageBefore is the stage with the next lower number, "" when there is none.
func stageBefore(root, stage string) (string, error) {
	stages, err := filepath.Glob(filepath.Join(root, "stage?-*"))
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(stages, func(dir string) bool { return filepath.Base(dir) == stage })
	if at < 0 {
		return "", fmt.Errorf("%s is no stage of this repository", stage)
	}
	if at == 0 {
		return "", nil
	}
	return filepath.Base(stages[at-1]), nil
}

// A stageTree is a stage cut into packages.
type stageTree struct {
	packages map[string]*testedPackage // by directory
	modules  []module.Version          // that go.mod requires
	files    map[string][]string       // directory of a package, or of the service → hashes of the files that belong to it
}

// A testedPackage is what `go list -json` prints about a package.
type testedPackage struct {
	ImportPath, Dir                    string
	Imports, TestImports, XTestImports []string

	Module struct{ Path, Dir string }
}

func loadTree(ctx context.Context, dir string) (*stageTree, error) {
	listed, err := goOutput(ctx, dir, "list", "-json=ImportPath,Dir,Imports,TestImports,XTestImports,Module", "./...")
	if err != nil {
		return nil, err
	}
	t := &stageTree{packages: map[string]*testedPackage{}, files: map[string][]string{}}
	decoder := json.NewDecoder(bytes.NewReader(listed))
	for {
		var p testedPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return t, errors.Join(t.read(dir), t.readModules(dir))
		}
		if err != nil {
			return nil, fmt.Errorf("list the packages of %s: %w", filepath.Base(dir), err)
		}
		t.packages[p.directory(p.ImportPath)] = &p
	}
}

// directory is where a package of the module is, "." for the module's own; "" for a package of another module.
func (p *testedPackage) directory(importPath string) string {
	if importPath == p.Module.Path {
		return "."
	}
	directory, found := strings.CutPrefix(importPath, p.Module.Path+"/")
	if !found {
		return ""
	}
	return directory
}

// ofNoPackage are files at the top of a stage that no package's tests depend on. Of go.mod, only the versions count that a package reaches.
var ofNoPackage = []string{"topics.yaml", "go.mod", "go.sum", "Makefile", "compose.yaml"}

// read hashes each file for the innermost package above it: its sources, embedded files, testdata. What is in no package, like SQL,
// protos and compose files, belongs to its service, and what is in no service to all. Prose belongs to none.
func (t *stageTree) read(dir string) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == ".stagecraft" || rel == "bin"):
			return fs.SkipDir
		case !entry.Type().IsRegular() || strings.HasSuffix(name, ".md") || slices.Contains(ofNoPackage, rel):
			return nil
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		owner := t.owner(path.Dir(rel))
		t.files[owner] = append(t.files[owner], fmt.Sprintf("%s %x", rel, sha256.Sum256(body)))
		return nil
	})
}

func (t *stageTree) readModules(dir string) error {
	source, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	file, err := modfile.ParseLax("go.mod", source, nil)
	if err != nil {
		return err
	}
	for _, require := range file.Require {
		t.modules = append(t.modules, require.Mod)
	}
	return nil
}

// library is the module, with its version, that a package of another module is in; "" for the standard library.
func (t *stageTree) library(importPath string) string {
	longest := module.Version{}
	for _, m := range t.modules {
		if (importPath == m.Path || strings.HasPrefix(importPath, m.Path+"/")) && len(m.Path) > len(longest.Path) {
			longest = m
		}
	}
	return longest.String()
}

func (t *stageTree) owner(dir string) string {
	for at := dir; at != "."; at = path.Dir(at) {
		if t.packages[at] != nil {
			return at
		}
	}
	service, _, _ := strings.Cut(dir, "/")
	return service
}

// hash is a hash of everything that the tests of a package depend on.
func (t *stageTree) hash(pkg string) string {
	reached, libraries := map[string]bool{".": true}, map[string]bool{}
	var visit func(directory string, imports []string)
	visit = func(directory string, imports []string) {
		service, _, _ := strings.Cut(directory, "/")
		reached[directory], reached[service] = true, true
		for _, path := range imports {
			next := t.packages[pkg].directory(path)
			if next == "" {
				libraries[t.library(path)] = true
			}
			if p := t.packages[next]; p != nil && !reached[next] {
				visit(next, p.Imports)
			}
		}
	}
	p := t.packages[pkg]
	visit(pkg, slices.Concat(p.Imports, p.TestImports, p.XTestImports))
	h := sha256.New()
	field(h, runtime.Version())
	field(h, sortedKeys(libraries)...)
	for _, directory := range sortedKeys(reached) {
		files := slices.Clone(t.files[directory])
		slices.Sort(files)
		field(h, directory)
		field(h, files...)
	}
	return short(h)
}
