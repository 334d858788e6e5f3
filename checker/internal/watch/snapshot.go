package watch

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// snapshot is what the files of a directory looked like, by path.
type snapshot map[string]state

// state tells two contents of a file apart without reading it.
type state struct {
	size    int64
	changed time.Time
}

// look returns the files below the directory that matter; nil while there is no directory.
func (w *watcher) look() snapshot {
	real, err := filepath.EvalSymlinks(w.dir)
	if err != nil {
		return nil
	}
	files := snapshot{}
	_ = filepath.WalkDir(real, func(name string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // gone again
		case d.IsDir() && name != real && hidden(d.Name()):
			return filepath.SkipDir
		case d.IsDir() || !matters(d.Name()):
			return nil
		}
		if info, err := os.Stat(name); err == nil {
			files[name] = state{info.Size(), info.ModTime()}
		}
		return nil
	})
	return files
}

func (s snapshot) equal(other snapshot) bool {
	return maps.EqualFunc(s, other, func(a, b state) bool { return a.size == b.size && a.changed.Equal(b.changed) })
}

// matters tells a source file from what editors and property tests leave beside it.
func matters(name string) bool {
	switch {
	case hidden(name), strings.HasSuffix(name, "~"), strings.HasPrefix(name, "#"), name == "4913":
		return false
	case strings.HasSuffix(name, ".tmp"), strings.HasSuffix(name, ".fail"), strings.HasSuffix(name, ".test"):
		return false
	case filepath.Ext(name) == "": // a directory, or a file of no kind that we know
		return name == "Makefile"
	}
	return true
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }
