// Package watch reports saves below a directory.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Quiet is how long a directory must be still before its changes count as one save: editors write, rename and format.
const Quiet = 80 * time.Millisecond

// Dir reports saves below dir until ctx ends, then closes the channel. Saves that nobody has taken yet count as one.
func Dir(ctx context.Context, dir string) (<-chan struct{}, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", dir, err)
	}
	if err := add(w, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("watch %s: %w", dir, err), w.Close())
	}
	saves := make(chan struct{}, 1)
	go func() {
		defer close(saves)
		defer w.Close()
		loop(ctx, w, saves)
	}()
	return saves, nil
}

func loop(ctx context.Context, w *fsnotify.Watcher, saves chan<- struct{}) {
	still := time.NewTimer(time.Hour)
	still.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			if e.Has(fsnotify.Create) {
				_ = add(w, e.Name) // a new directory; a file is none and needs no watch of its own
			}
			if matters(e) {
				still.Reset(Quiet)
			}
		case _, ok := <-w.Errors:
			if !ok {
				return
			}
			still.Reset(Quiet) // events were lost: something has changed
		case <-still.C:
			select {
			case saves <- struct{}{}:
			default:
			}
		}
	}
}

// add watches path and all directories below it, if it is a directory at all.
func add(w *fsnotify.Watcher, path string) error {
	return filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name != path:
			return nil // gone again
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case name != path && hidden(d.Name()):
			return fs.SkipDir
		}
		return w.Add(name)
	})
}

// matters tells a save from what editors and property tests leave beside it.
func matters(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	switch {
	case e.Op == fsnotify.Chmod:
		return false
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
