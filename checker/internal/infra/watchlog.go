package infra

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// watchedLog passes a server's output on, waits for the line that says it is ready, and keeps the last words for a fault.
type watchedLog struct {
	mu    sync.Mutex
	to    io.Writer
	ready string
	// Seen is closed when the ready text has been written.
	seen chan struct{}
	once sync.Once
	tail []byte
}

const tailBytes = 4 << 10

func newWatchedLog(to io.Writer, ready string) *watchedLog {
	return &watchedLog{to: to, ready: ready, seen: make(chan struct{})}
}

func (w *watchedLog) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tail = append(w.tail, p...)
	if bytes.Contains(w.tail, []byte(w.ready)) {
		w.once.Do(func() { close(w.seen) })
	}
	if over := len(w.tail) - tailBytes; over > 0 {
		w.tail = append(w.tail[:0], w.tail[over:]...)
	}
	_, _ = w.to.Write(p) // A full disk must not stop the server from talking to us.
	return len(p), nil
}

// Tail is the end of the output.
func (w *watchedLog) Tail() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(string(w.tail))
}
