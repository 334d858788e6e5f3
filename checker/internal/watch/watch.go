// Package watch reports saves below a directory.
package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Quiet is how long a directory must be still before its changes count as one save: editors write, rename and format.
const Quiet = 80 * time.Millisecond

// poll is how often the files are looked at beside events. Events do not come from everywhere: not from a directory that replaced the
// watched one, not over every mount, and not beyond the limit of inotify.
const poll = 2 * time.Second

// Dir reports saves below dir until ctx ends, then closes the channel. Saves that the caller has not taken yet count as one. dir may be
// a symbolic link, and may be replaced or missing for a while.
func Dir(ctx context.Context, dir string) (<-chan struct{}, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("watch: %s is no directory", dir)
	}
	w := &watcher{dir: dir, poll: poll}
	w.follow()
	w.seen = w.look()
	saves := make(chan struct{}, 1)
	go func() {
		defer close(saves)
		defer w.close()
		w.loop(ctx, saves)
	}()
	return saves, nil
}

// watcher compares what the files are with what they were; events only tell it to look at once.
type watcher struct {
	dir  string
	poll time.Duration
	seen snapshot

	root   os.FileInfo       // the directory that is followed; nil while there is none
	events *fsnotify.Watcher // nil where events cannot be had
}

func (w *watcher) loop(ctx context.Context, saves chan<- struct{}) {
	still := time.NewTimer(time.Hour)
	still.Stop()
	ticker := time.NewTicker(w.poll)
	defer ticker.Stop()
	pending := false // a change that polling has found is about to be reported
	for {
		var events <-chan fsnotify.Event
		var lost <-chan error // events that were lost; what is there now is compared all the same
		if w.events != nil {
			events, lost = w.events.Events, w.events.Errors
		}
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			if e.Has(fsnotify.Create) {
				w.add(e.Name)
			}
			if e.Op != fsnotify.Chmod && matters(filepath.Base(e.Name)) {
				still.Reset(Quiet)
			}
		case _, open := <-lost:
			if !open {
				w.events = nil
				continue
			}
			still.Reset(Quiet)
		case <-ticker.C:
			if info, err := os.Stat(w.dir); err == nil && (w.root == nil || !os.SameFile(info, w.root)) {
				w.follow() // another directory has taken the place of the one that was watched
			}
			if now := w.look(); !pending && now != nil && !now.equal(w.seen) {
				still.Reset(Quiet)
				pending = true
			}
		case <-still.C:
			pending = false
			now := w.look()
			if now == nil || now.equal(w.seen) {
				continue // the directory is being replaced, or nothing but times has changed
			}
			w.seen = now
			select {
			case saves <- struct{}{}:
			default:
			}
		}
	}
}

// follow asks for events of the directory that is there now, and of all below it. Without events polling is left.
func (w *watcher) follow() {
	w.close()
	w.root, _ = os.Stat(w.dir)
	if events, err := fsnotify.NewWatcher(); err == nil {
		w.events = events
		w.add(w.dir)
	}
}

// add asks for events of path and all directories below it, if it is a directory at all. A file needs no watch of its own.
func (w *watcher) add(path string) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return
	}
	_ = filepath.WalkDir(real, func(name string, d os.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return nil
		case name != real && hidden(d.Name()):
			return filepath.SkipDir
		}
		_ = w.events.Add(name) // over the limit of inotify: polling finds what events do not report
		return nil
	})
}

func (w *watcher) close() {
	if w.events != nil {
		_ = w.events.Close()
		w.events = nil
	}
}
