package build

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"golang.org/x/mod/modfile"

	"stagecraft/checker/internal/proc"
)

// A store keeps binaries as dir/<key>/<name>; keys are hashes of what the binary was made of.
type store struct{ dir string }

const (
	keepAtLeast = 32               // binaries
	keepUsed    = 10 * time.Minute // a binary used so recently may be about to be started
)

// Beside is the suffix of the directory that holds the binaries of code in .stagecraft/<kind>/<name>; whoever made that removes this.
const Beside = ".build"

func openStore(under, out string) (store, error) {
	switch {
	case out != "":
	case filepath.Base(filepath.Dir(filepath.Dir(under))) == ".stagecraft":
		out = under + Beside // a variant of a lesson: nobody needs its binaries for long
	default:
		out = filepath.Join(repository(under), ".stagecraft", "build")
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return store{}, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return store{}, fmt.Errorf("keep binaries: %w", err)
	}
	return store{out}, nil
}

// repository is the directory above dir that holds Stagecraft: a workspace is a module of its own inside it.
func repository(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		mod, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && modfile.ModulePath(mod) == "stagecraft" {
			return at
		}
		if filepath.Dir(at) == at {
			break
		}
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-%d", os.Getuid()))
}

func (s store) find(key, name string) (string, bool) {
	path := filepath.Join(s.dir, key, name)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return "", false
	}
	now := time.Now()
	_ = os.Chtimes(filepath.Dir(path), now, now) // marks it as used
	return path, true
}

// keep moves a freshly built binary to its place. Whoever is second finds the same binary there.
func (s store) keep(key, fresh string) (string, error) {
	dir := filepath.Join(s.dir, key)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, filepath.Base(fresh))
	if err := os.Rename(fresh, path); err != nil {
		return "", err
	}
	now := time.Now()
	return path, os.Chtimes(dir, now, now)
}

// temp is a directory in the store that is gone after remove, also when this program is killed.
func (s store) temp() (dir string, remove func(), err error) {
	dir, remove, err = proc.TempDir(s.dir, ".tmp-")
	if err != nil {
		return "", nil, fmt.Errorf("build: %w", err)
	}
	return dir, remove, nil
}

// prune removes the binaries that were not used for the longest time.
func (s store) prune() {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return
	}
	type kept struct {
		path string
		used time.Time
	}
	var all []kept
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.IsDir() || entry.Name()[0] == '.' {
			continue
		}
		all = append(all, kept{filepath.Join(s.dir, entry.Name()), info.ModTime()})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].used.After(all[j].used) })
	for _, old := range all[min(keepAtLeast, len(all)):] {
		if time.Since(old.used) > keepUsed {
			_ = os.RemoveAll(old.path)
		}
	}
}
