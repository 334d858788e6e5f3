package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quiet is how long the files must be still before the site is built again: an editor saves in several steps.
const quiet = 30 * time.Millisecond

// Serve shows the site on the listener until ctx ends, builds it again when a markdown file, a quoted source or a diagram
// changes, and makes open pages reload. progress, if any, answers /progress.json. Faults of a build are printed to log, and
// the last good site stays.
func Serve(ctx context.Context, root string, listener net.Listener, progress http.Handler, log io.Writer) error {
	s := &server{root: root, log: log, cache: openCache(root), listeners: map[chan struct{}]bool{}}
	if err := s.build(); err != nil {
		return err
	}
	watcher, err := watch(root)
	if err != nil {
		return err
	}
	defer watcher.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live", s.live)
	if progress != nil {
		mux.Handle("GET /progress.json", progress)
	}
	mux.HandleFunc("GET /", s.page)
	// A page stays open as long as its tab: the end of ctx ends its stream.
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stopped := make(chan error, 1)
	go func() { stopped <- web.Serve(listener) }()
	go s.follow(ctx, watcher)
	select {
	case <-ctx.Done():
		return web.Close()
	case err := <-stopped:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve the site: %w", err)
	}
}

type server struct {
	root  string
	log   io.Writer
	cache *cache

	mu        sync.Mutex
	files     map[string][]byte
	listeners map[chan struct{}]bool
}

func (s *server) build() error {
	began := time.Now()
	site, err := build(s.root, s.cache)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = site.Files
	for listener := range s.listeners {
		select {
		case listener <- struct{}{}:
		default:
		}
	}
	fmt.Fprintf(s.log, "%d pages in %s\n", len(site.Pages), time.Since(began).Round(time.Millisecond))
	return nil
}

// follow builds again after each burst of changes.
func (s *server) follow(ctx context.Context, watcher *fsnotify.Watcher) {
	var settle <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-watcher.Events:
			if !ok {
				return
			}
			if e.Has(fsnotify.Create) {
				_ = watcher.Add(e.Name) // a new directory; a file is refused, which is harmless
			}
			settle = time.After(quiet)
		case err, ok := <-watcher.Errors:
			if !ok {
				return
			}
			fmt.Fprintf(s.log, "watch: %v\n", err)
		case <-settle:
			settle = nil
			if err := s.build(); err != nil {
				fmt.Fprintf(s.log, "not built, the last good pages stay:\n%v\n", err)
			}
		}
	}
}

// watch looks at every directory that pages, quotes and diagrams come from.
func watch(root string) (*fsnotify.Watcher, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch the sources: %w", err)
	}
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // gone meanwhile
		case !entry.IsDir():
			return nil
		case name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "workspace" || entry.Name() == "mutants" || entry.Name() == "gen"):
			return fs.SkipDir
		}
		return watcher.Add(name)
	})
	if err != nil {
		_ = watcher.Close()
		return nil, fmt.Errorf("watch the sources: %w", err)
	}
	return watcher, nil
}

func (s *server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	files := s.files
	s.mu.Unlock()
	answer(w, r, files, true)
}

// ServeHTTP answers with the pages as they were built, also below a prefix that was stripped.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { answer(w, r, s.Files, false) }

func answer(w http.ResponseWriter, r *http.Request, files map[string][]byte, live bool) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	body, ok := files[name]
	if !ok {
		name = path.Join(name, "index.html")
		body, ok = files[name]
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	if strings.HasSuffix(name, ".html") {
		if live {
			body = bytes.Replace(body, []byte(`<html lang="en">`), []byte(`<html lang="en" data-live>`), 1)
		}
		if !strings.HasSuffix(r.URL.Path, "/") && !strings.HasSuffix(r.URL.Path, ".html") {
			w.Header().Set("Location", path.Base(r.URL.Path)+"/") // relative links need the directory
			w.WriteHeader(http.StatusFound)
			return
		}
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}

// live tells an open page, once, that the site was built again.
func (s *server) live(w http.ResponseWriter, r *http.Request) {
	changed := make(chan struct{}, 1)
	s.mu.Lock()
	s.listeners[changed] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, changed)
		s.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flusher, ok := w.(http.Flusher)
	if !ok {
		return
	}
	flusher.Flush()
	select {
	case <-changed:
		fmt.Fprint(w, "data: changed\n\n")
		flusher.Flush()
	case <-r.Context().Done():
	}
}
