package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/lesson"
)

// A Moved workspace is one whose lesson has another number now.
type Moved struct {
	From, To string // names of directories of workspace/: "05-saga", "17-saga"
	Backup   string // where it went instead, when To existed already; "" otherwise
}

// Migrate moves the workspaces of lessons that have other numbers now. When there is a workspace of the new name already, both are kept:
// the old one becomes a backup.
func Migrate(root string) ([]Moved, error) {
	var moved []Moved
	var faults []error
	for _, e := range lesson.Curriculum() {
		for _, was := range e.Was {
			m, err := migrate(root, was, e.Name())
			if err != nil {
				faults = append(faults, fmt.Errorf("move workspace/%s to workspace/%s: %w", was, e.Name(), err))
			}
			if m != nil {
				moved = append(moved, *m)
			}
		}
	}
	return moved, errors.Join(faults...)
}

func migrate(root, from, to string) (*Moved, error) {
	old, target := filepath.Join(root, "workspace", from), filepath.Join(root, "workspace", to)
	if _, err := os.Lstat(old); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	m := &Moved{From: from, To: to}
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		err := os.Rename(old, target)
		if err == nil {
			return m, nil
		}
		if !taken(err) {
			return nil, err
		}
	}
	var err error
	m.Backup, err = moveAway(root, from)
	return m, err
}
