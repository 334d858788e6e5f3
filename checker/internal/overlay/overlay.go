package overlay

import (
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Apply lays over on base and returns the files that differ, by path relative to the root; nil stands for a removed file.
// All faults of the overlay come in one error, each naming its file.
func Apply(base, over fs.FS) (map[string][]byte, error) {
	changed := map[string][]byte{}
	var faults []error
	names := packageNames(base, over)
	err := fs.WalkDir(over, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			if name == "." && errors.Is(err, fs.ErrNotExist) {
				return fs.SkipAll // no overlay at all
			}
			return err
		}
		if entry.IsDir() {
			return nil
		}
		if err := applyOne(base, over, name, names, changed); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the overlay: %w", err)
	}
	if len(faults) == 0 {
		faults = declaredTwice(base, changed)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return changed, nil
}

func applyOne(base, over fs.FS, name string, names func(string) string, changed map[string][]byte) error {
	if target, ok := strings.CutSuffix(name, ".drop"); ok {
		return drop(base, over, target, changed)
	}
	body, err := fs.ReadFile(over, name)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(name, ".go") || slices.Contains(strings.Split(name, "/"), "testdata") {
		changed[name] = nonNil(body)
		return nil
	}
	old, err := fs.ReadFile(base, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		body, err = newFile(body)
	case err == nil:
		body, err = merge(old, body, names)
	}
	changed[name] = body
	return err
}

func drop(base, over fs.FS, target string, changed map[string][]byte) error {
	if _, err := fs.Stat(over, target); err == nil {
		return fmt.Errorf("the overlay both gives and drops %s", target)
	}
	if _, err := fs.Stat(base, target); err != nil {
		return fmt.Errorf("the stage has no %s to drop", target)
	}
	return fs.WalkDir(base, target, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			changed[name] = nil
		}
		return err
	})
}

// newFile is a Go file of the overlay that the stage does not have.
func newFile(source []byte) ([]byte, error) {
	f, err := parse(source)
	if err != nil {
		return nil, err
	}
	for _, u := range f.units {
		if u.mark.drop {
			return nil, fmt.Errorf("%s is dropped, but the stage has no such file", u.title())
		}
	}
	text := []byte(f.src)
	for _, c := range slices.Backward(f.marks()) {
		text = slices.Delete(text, c.start, c.end)
	}
	return format.Source(text)
}

// Write writes base with the files of Apply's result in place of its own into dst, which it makes.
func Write(dst string, base fs.FS, changed map[string][]byte) error {
	err := fs.WalkDir(base, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if _, replaced := changed[name]; replaced || !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		body, err := fs.ReadFile(base, name)
		if err != nil {
			return err
		}
		return writeFile(dst, name, body, info.Mode().Perm())
	})
	if err != nil {
		return fmt.Errorf("copy the stage: %w", err)
	}
	for name, body := range changed {
		if body == nil {
			continue
		}
		mode := fs.FileMode(0o644)
		if info, err := fs.Stat(base, name); err == nil {
			mode = info.Mode().Perm()
		}
		if err := writeFile(dst, name, body, mode); err != nil {
			return fmt.Errorf("write the overlay: %w", err)
		}
	}
	return nil
}

func writeFile(dst, name string, body []byte, mode fs.FileMode) error {
	target := filepath.Join(dst, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, body, mode|0o600)
}

// declaredTwice finds names that the overlay has made a package declare in two files.
func declaredTwice(base fs.FS, changed map[string][]byte) []error {
	var faults []error
	done := map[string]bool{}
	for _, name := range sortedKeys(changed) {
		dir := path.Dir(name)
		if done[dir] || !strings.HasSuffix(name, ".go") {
			continue
		}
		done[dir] = true
		before := declaredIn(base, dir, nil)
		for _, double := range doubles(declaredIn(base, dir, changed)) {
			if !slices.Contains(doubles(before), double) {
				faults = append(faults, fmt.Errorf("%s: %s", dir, double))
			}
		}
	}
	return faults
}

func nonNil(body []byte) []byte {
	if body == nil {
		return []byte{}
	}
	return body
}
