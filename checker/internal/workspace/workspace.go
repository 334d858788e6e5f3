// Package workspace keeps the learner's copies: workspace/NN-slug is a lesson's stage with the starter laid over it, a module of its own.
// Nothing here deletes or overwrites a file that a learner may have written: a copy that exists is kept, a reset renames it.
package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/paths"
)

// Path is where a lesson's workspace is or will be.
func Path(root string, l lesson.Lesson) string { return filepath.Join(root, "workspace", l.Name()) }

// Made says what Start or Reset did.
type Made struct {
	Dir     string // the workspace
	Created bool   // false: it was there already and was not touched
	Backup  string // where Reset moved the old one; "" when there was none
}

// Start makes the lesson's workspace unless it exists. It appears complete or not at all.
func Start(root string, l lesson.Lesson, own Own) (Made, error) {
	made := Made{Dir: Path(root, l)}
	if kept, err := existing(made.Dir, l); kept || err != nil {
		return made, err
	}
	fresh, remove, err := build(root, l, own)
	if err != nil {
		return made, err
	}
	defer remove()
	err = os.Rename(fresh, made.Dir)
	if taken(err) {
		// Another checker made it in the meantime: that one stays.
		_, err := existing(made.Dir, l)
		return made, err
	}
	if err != nil {
		return made, fmt.Errorf("make the workspace: %w", err)
	}
	made.Created = true
	return made, nil
}

// Reset makes the workspace anew and moves the one that is there to a dated directory under workspace/.backups.
// The new one is complete before the old one is touched, so a full disk or a broken lesson changes nothing.
func Reset(root string, l lesson.Lesson, own Own) (Made, error) {
	made := Made{Dir: Path(root, l)}
	fresh, remove, err := build(root, l, own)
	if err != nil {
		return made, err
	}
	defer remove()
	if made.Backup, err = moveAway(root, l.Name()); err != nil {
		return made, err
	}
	if err := os.Rename(fresh, made.Dir); err != nil {
		if made.Backup == "" {
			return made, fmt.Errorf("make the workspace: %w", err)
		}
		if os.Rename(made.Backup, made.Dir) == nil {
			made.Backup = ""
			return made, fmt.Errorf("make the workspace: %w; the old one is where it was", err)
		}
		return made, fmt.Errorf("make the workspace: %w; the old one is in %s", err, made.Backup)
	}
	made.Created = true
	return made, nil
}

// Whole returns an error that says what to do next if the lesson's workspace is there and has lost its go.mod.
func Whole(root string, l lesson.Lesson) error {
	_, err := existing(Path(root, l), l)
	return err
}

// existing says whether there is a workspace. One without go.mod was not made here, or has been damaged: it is left alone.
func existing(dir string, l lesson.Lesson) (bool, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		// Another process may make the workspace between the two calls: only a link counts.
		if info, err := os.Lstat(dir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return false, fmt.Errorf("%s is a symbolic link to nowhere; remove it or repair it", dir)
		}
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at the workspace: %w", err)
	}
	if info.IsDir() {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return true, nil
		}
		if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 {
			return false, nil // an empty directory holds nothing to lose
		}
	}
	return false, fmt.Errorf("%s has no go.mod, so it is no workspace any more; `go run ./checker reset %d` moves it to a backup and makes a new one", dir, l.Number)
}

// build makes the workspace in a temporary directory beside its place, so that one rename puts it there.
func build(root string, l lesson.Lesson, own Own) (dir string, remove func(), err error) {
	parent := filepath.Join(root, "workspace")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", nil, fmt.Errorf("make the workspace: %w", err)
	}
	sweep(parent)
	dir, err = os.MkdirTemp(parent, ".new-"+l.Name()+"-")
	if err != nil {
		return "", nil, fmt.Errorf("make the workspace: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) } // after the rename there is nothing left of that name
	overlays := slices.Clone(own.Overlays)
	for _, hollow := range own.Hollow {
		overlays = append(overlays, hollow.Starter())
	}
	if err := Make(dir, root, l.Stage, append(overlays, l.Starter())...); err != nil {
		remove()
		return "", nil, fmt.Errorf("lesson %s: %w", l.Name(), err)
	}
	err = furnish(dir, root, l, own)
	if err == nil {
		err = keepStart(dir)
	}
	if err != nil {
		remove()
		return "", nil, fmt.Errorf("make the workspace: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		remove()
		return "", nil, fmt.Errorf("make the workspace: %w", err)
	}
	return dir, remove, nil
}

// sweep removes what a killed Start has left. An hour is more than any Start takes.
func sweep(parent string) {
	left := paths.Match(parent, ".new-*")
	for _, dir := range left {
		if info, err := os.Lstat(dir); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

// taken says that a rename failed because its target holds something.
func taken(err error) bool {
	return errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.ENOTDIR)
}
