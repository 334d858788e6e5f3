package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"time"
)

const stamp = "2006-01-02-150405"

var backupName = regexp.MustCompile(`^(\d{2,3}-.+)-(\d{4}-\d{2}-\d{2}-\d{6})(?:-(\d+))?$`)

// A Backup is a workspace that a reset moved away.
type Backup struct {
	Lesson string // the lesson's directory: "01-order-state-machine"
	Taken  time.Time
	Dir    string
	nth    string
}

// Backups lists all backups, the newest first.
func Backups(root string) ([]Backup, error) {
	dir := filepath.Join(root, "workspace", ".backups")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the backups: %w", err)
	}
	var all []Backup
	for _, entry := range entries {
		match := backupName.FindStringSubmatch(entry.Name())
		if match == nil {
			continue
		}
		at, err := time.ParseInLocation(stamp, match[2], time.Local)
		if err != nil {
			continue
		}
		all = append(all, Backup{Lesson: match[1], Taken: at, Dir: filepath.Join(dir, entry.Name()), nth: fmt.Sprintf("%9s", match[3])})
	}
	sort.SliceStable(all, func(i, j int) bool {
		if !all[i].Taken.Equal(all[j].Taken) {
			return all[i].Taken.After(all[j].Taken)
		}
		return all[i].nth > all[j].nth
	})
	return all, nil
}

// moveAway renames the workspace called name, whatever state it is in, to a backup of an unused name. "" when there is none.
func moveAway(root, name string) (string, error) {
	dir := filepath.Join(root, "workspace", name)
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	parent := filepath.Join(root, "workspace", ".backups")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("keep the old workspace: %w", err)
	}
	stem := filepath.Join(parent, name+"-"+time.Now().Format(stamp))
	for n := 1; ; n++ {
		target := stem
		if n > 1 {
			target = fmt.Sprintf("%s-%d", stem, n)
		}
		if _, err := os.Lstat(target); err == nil {
			continue
		}
		// Between the look and the rename another reset may take the name: a full directory then refuses the rename.
		err := os.Rename(dir, target)
		switch {
		case err == nil:
			return target, nil
		case taken(err):
			continue
		case errors.Is(err, fs.ErrNotExist):
			return "", nil // another reset has just moved it
		default:
			return "", fmt.Errorf("keep the old workspace: %w", err)
		}
	}
}
