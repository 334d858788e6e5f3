package author

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/lesson"
)

const internal = "stagecraft/checker/internal/"

var (
	// graders are the packages that make a verdict; what they import counts as well.
	graders = []string{internal + "run", internal + "author/proof"}
	// notGraders are imported by graders without a part in any verdict: the list of all checks, and how results are shown.
	// The packages of the lesson's own checks are added for each lesson.
	notGraders = []string{internal + "checks", internal + "report"}
)

// curriculum names and lists the lessons, and has no part in any verdict.
const curriculum = internal + "lesson/curriculum.yaml"

// sources are the packages of the checker and the libraries that they use.
type sources struct {
	toolchain string
	packages  map[string]goPackage // by import path, without the standard library
}

// A goPackage is what `go list -json` prints about a package.
type goPackage struct {
	ImportPath, Dir string
	Standard        bool
	Imports         []string

	GoFiles, IgnoredGoFiles, EmbedFiles []string

	Module *goModule
}

type goModule struct {
	Path, Version string
	Replace       *goModule
}

func (m *goModule) String() string {
	if m.Replace != nil {
		return m.Replace.String()
	}
	return m.Path + "@" + m.Version
}

// local reports whether the package's files are in this repository: it is of the main module, or of a stage.
func (p goPackage) local() bool {
	m := p.Module
	for m != nil && m.Replace != nil {
		m = m.Replace
	}
	return m != nil && m.Version == ""
}

// loadSources asks the go command.
func loadSources(ctx context.Context, root string) (*sources, error) {
	version, err := goOutput(ctx, root, "env", "GOVERSION")
	if err != nil {
		return nil, err
	}
	listed, err := goOutput(ctx, root, append([]string{"list", "-deps",
		"-json=ImportPath,Dir,Standard,Imports,GoFiles,IgnoredGoFiles,EmbedFiles,Module", internal + "author/mutate"}, graders...)...)
	if err != nil {
		return nil, err
	}
	s := &sources{toolchain: strings.TrimSpace(string(version)), packages: map[string]goPackage{}}
	decoder := json.NewDecoder(bytes.NewReader(listed))
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list the checker's packages: %w", err)
		}
		if !p.Standard {
			s.packages[p.ImportPath] = p
		}
	}
}

func goOutput(ctx context.Context, dir string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=off")
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}

// proofHash is a hash of everything that the verdicts of a lesson depend on: its stage, its directory, its checks with the harness
// below them, the versions of the libraries, the toolchain. The versions of the servers are not part of it, and of the stage's tests only
// the names: the checks compile none of them.
func (s *sources) proofHash(root string, l lesson.Lesson) (string, error) {
	h := sha256.New()
	field(h, "toolchain", s.toolchain)
	if err := hashTree(h, filepath.Join(root, l.Stage), isProse, isTest); err != nil {
		return "", err
	}
	if err := hashTree(h, l.Dir, nil, nil); err != nil {
		return "", err
	}
	if err := s.hashPackages(h, append(checkPackages(l), graders...)); err != nil {
		return "", err
	}
	return short(h), nil
}

// checkPackages are the packages that define the lesson's checks.
func checkPackages(l lesson.Lesson) []string {
	var all []string
	for _, id := range l.Checks {
		all = append(all, checks.Package(id))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// hashPackages adds the files of the packages and of all that they import, and the versions of the libraries among them.
func (s *sources) hashPackages(h hash.Hash, starts []string) error {
	reached := s.reach(starts)
	libraries := map[string]bool{}
	for _, path := range sortedKeys(reached) {
		p := s.packages[path]
		if !p.local() {
			libraries[p.Module.String()] = true
			continue
		}
		if err := p.hash(h); err != nil {
			return err
		}
	}
	for _, library := range sortedKeys(libraries) {
		field(h, "library", library)
	}
	return nil
}

// reach are the packages and all that they import, without the standard library.
func (s *sources) reach(starts []string) map[string]bool {
	reached := map[string]bool{}
	var visit func(string)
	visit = func(path string) {
		p, known := s.packages[path]
		if reached[path] || !known || slices.Contains(notGraders, path) {
			return
		}
		reached[path] = true
		for _, next := range p.Imports {
			visit(next)
		}
	}
	for _, start := range starts {
		visit(start)
	}
	return reached
}

// checkBuilt returns an error when a source file is newer than this program, which then may judge by other rules than it would record.
func (s *sources) checkBuilt(built time.Time) error {
	for _, p := range s.packages {
		if !p.local() {
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.EmbedFiles) {
			info, err := os.Stat(filepath.Join(p.Dir, filepath.FromSlash(name)))
			if err != nil {
				return err
			}
			if info.ModTime().After(built) {
				return fmt.Errorf("this checker was built before %s/%s was written; build it again (make checker), or do not record (--record=false)", p.ImportPath, name)
			}
		}
	}
	return nil
}

// executableTime is when the go command wrote this program.
func executableTime() (time.Time, error) {
	path, err := os.Executable()
	if err != nil {
		return time.Time{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// hash adds the package's files. Those for other systems count, so that the hash is the same on each of them.
func (p goPackage) hash(h hash.Hash) error {
	names := slices.Concat(p.GoFiles, p.IgnoredGoFiles, p.EmbedFiles)
	slices.Sort(names)
	for _, name := range names {
		if p.ImportPath+"/"+name == curriculum {
			continue
		}
		body, err := os.ReadFile(filepath.Join(p.Dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("hash %s: %w", p.ImportPath, err)
		}
		field(h, p.ImportPath, name, string(body))
	}
	return nil
}

// isProse reports whether a file of a stage is read only by people; whether what it quotes and links exists is looked at in each run.
func isProse(name string) bool { return strings.HasSuffix(name, ".md") || name == "topics.yaml" }

// isTest reports whether a file of a stage is a test. Hidden tests replace those of their package: see build.Test.
func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// hashTree adds all files below dir but what no workspace is made of: version control, state and the binaries of `make build`. It leaves
// out what skip says, and the contents of what nameOnly says.
func hashTree(h hash.Hash, dir string, skip, nameOnly func(name string) bool) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("hash %s: %w", filepath.Base(dir), err)
		}
		name, err := filepath.Rel(dir, path)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == ".stagecraft" || name == "bin"):
			return fs.SkipDir
		case !entry.Type().IsRegular(), skip != nil && skip(filepath.ToSlash(name)):
			return nil
		}
		if nameOnly != nil && nameOnly(name) {
			field(h, filepath.Base(dir), filepath.ToSlash(name))
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("hash %s: %w", filepath.Base(dir), err)
		}
		field(h, filepath.Base(dir), filepath.ToSlash(name), string(body))
		return nil
	})
}

// field adds values so that none can run into the next.
func field(h hash.Hash, values ...string) {
	for _, value := range values {
		fmt.Fprintf(h, "%d:%s;", len(value), value)
	}
}

func short(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil))[:32] }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
