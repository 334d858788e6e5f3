package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/modfile"

	"stagecraft/checker/internal/proc"
)

// Beside is the suffix of the directory that holds the binaries of code in .stagecraft/<kind>/<name>; the owner of that removes this.
const Beside = ".build"

// keptPlaces is how many directories of code keep their binaries. The go command links what changed anew, and nothing else.
const keptPlaces = 4

// place returns the directory for the binaries of the code in dir.
func place(dir, out string) (string, error) {
	switch {
	case out != "":
		out = filepath.Join(out, nameOf(dir))
	case filepath.Base(filepath.Dir(filepath.Dir(dir))) == ".stagecraft":
		out = dir + Beside // a variant of a lesson: its binaries live as long as it does
	default:
		out = filepath.Join(repository(dir), ".stagecraft", "build", nameOf(dir))
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", fmt.Errorf("keep binaries: %w", err)
	}
	now := time.Now()
	_ = os.Chtimes(out, now, now)
	return out, nil
}

// nameOf names a directory by its last element, and by a hash that tells it from others of that name.
func nameOf(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return filepath.Base(dir) + "-" + hex.EncodeToString(sum[:4])
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

// prune removes the binaries of code that was not built for the longest time.
func prune(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil || filepath.Base(parent) != "build" {
		return
	}
	type used struct {
		path string
		at   time.Time
	}
	var all []used
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && entry.IsDir() {
			all = append(all, used{filepath.Join(parent, entry.Name()), info.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b used) int { return b.at.Compare(a.at) })
	for _, old := range all[min(keptPlaces, len(all)):] {
		if time.Since(old.at) > time.Hour {
			_ = os.RemoveAll(old.path)
		}
	}
}

// own returns this program's directory in a place. It holds links to what this program has built last: a run starts a service again
// and again, and it must not change in between because another checker builds the same code.
var own = func() func(place string) (string, error) {
	var mu sync.Mutex
	dirs := map[string]string{}
	return func(place string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if dir := dirs[place]; dir != "" {
			if _, err := os.Stat(dir); err == nil {
				return dir, nil
			}
		}
		dir, _, err := proc.TempDir(place, ".own-")
		if err != nil {
			return "", err
		}
		dirs[place] = dir
		return dir, nil
	}
}()

// fix links a binary into this program's directory and returns its path there.
func fix(place, binary, name string) (string, error) {
	dir, err := own(place)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	before, errBefore := os.Stat(path)
	now, err := os.Stat(binary)
	if err != nil {
		return "", err
	}
	if errBefore == nil && os.SameFile(before, now) {
		return path, nil
	}
	_ = os.Remove(path)
	return path, os.Link(binary, path)
}
