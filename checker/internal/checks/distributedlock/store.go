package distributedlock

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// store stands before an object store, and holds uploads.
type store struct {
	environment map[string]string
	backend     string

	mu   sync.Mutex
	held []*held
}

// held is an upload that the store does not answer.
type held struct {
	day     string
	taken   bool
	arrived chan struct{}
	gone    chan struct{} // the caller has cancelled it
	open    chan struct{}
	once    sync.Once
}

func (h *held) release() { h.once.Do(func() { close(h.open) }) }

// has reports whether one of the upload's events has happened.
func (h *held) has(event <-chan struct{}) bool {
	select {
	case <-event:
		return true
	default:
		return false
	}
}

func openStore(t *check.T) *store {
	backend, environment, err := stack.OpenObjectStore()
	t.Ours("start an object store", err)
	t.Cleanup(func(context.Context) { _ = backend.Stop() })
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	t.Ours("listen for uploads", err)
	s := &store{backend: environment["S3_ENDPOINT"], environment: environment}
	environment["S3_ENDPOINT"] = listener.Addr().String()
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func(context.Context) { _ = server.Close() })
	return s
}

// hold holds the next upload of the report of a day.
func (s *store) hold(day string) *held {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &held{day: day, arrived: make(chan struct{}), gone: make(chan struct{}), open: make(chan struct{})}
	s.held = append(s.held, h)
	return h
}

// next returns what holds a request, or nil.
func (s *store) next(r *http.Request) *held {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.held {
		if !h.taken && r.Method == http.MethodPut && strings.Contains(r.URL.Path, h.day) {
			h.taken = true
			return h
		}
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	if h := s.next(r); h != nil {
		close(h.arrived)
		select {
		case <-h.open:
		case <-r.Context().Done():
			close(h.gone)
			return
		}
	}
	target := *r.URL
	target.Scheme, target.Host = "http", s.backend
	forward, err := http.NewRequestWithContext(r.Context(), r.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	forward.Header, forward.Host = r.Header, r.Host
	answer, err := http.DefaultTransport.RoundTrip(forward)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}
