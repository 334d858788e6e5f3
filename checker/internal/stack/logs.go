package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Line is one line that a service wrote.
type Line struct {
	// At is when the checker read it.
	At      time.Time
	Service string
	// Stream is stdout or stderr.
	Stream string
	Raw    string
	// Fields are the line's JSON object, nil if it is none; Level, Event and Message are taken from it.
	Fields                map[string]any
	Level, Event, Message string
}

// Field returns a field as text, "" if it is missing.
func (l Line) Field(name string) string {
	value, ok := l.Fields[name]
	if !ok || value == nil {
		return ""
	}
	return strings.TrimSpace(strings.Trim(jsonText(value), `"`))
}

func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

const (
	ringSize    = 5_000
	longestLine = 64 << 10
)

// Logs keeps the last lines of a service over all its restarts, and all of them in a file if there is one.
type Logs struct {
	service string
	onLine  func(Line)

	mu    sync.Mutex
	ring  []Line
	next  int
	total int
	file  *os.File
	woken chan struct{} // closed and replaced at every line
}

func newLogs(service, dir string, onLine func(Line)) (*Logs, error) {
	l := &Logs{service: service, onLine: onLine, woken: make(chan struct{})}
	if dir == "" {
		return l, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make log directory: %w", err)
	}
	// A check may start a stack twice; its evidence is both.
	file, err := os.OpenFile(filepath.Join(dir, service+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("make log file: %w", err)
	}
	l.file = file
	return l, nil
}

// All returns the lines that are kept, oldest first.
func (l *Logs) All() []Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < ringSize {
		return append([]Line(nil), l.ring...)
	}
	return append(append([]Line(nil), l.ring[l.next:]...), l.ring[:l.next]...)
}

// Tail returns the last n lines.
func (l *Logs) Tail(n int) []Line {
	all := l.All()
	return all[max(0, len(all)-n):]
}

// Events returns the lines with that event name.
func (l *Logs) Events(event string) []Line {
	var found []Line
	for _, line := range l.All() {
		if line.Event == event {
			found = append(found, line)
		}
	}
	return found
}

// Grep returns the lines that contain text.
func (l *Logs) Grep(text string) []Line {
	var found []Line
	for _, line := range l.All() {
		if strings.Contains(line.Raw, text) {
			found = append(found, line)
		}
	}
	return found
}

// changed is closed at the next line.
func (l *Logs) changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.woken
}

// count is how many lines there have been.
func (l *Logs) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// since returns the last n of the lines that came after the first count of them.
func (l *Logs) since(count, n int) []Line { return l.Tail(min(n, l.count()-count)) }

func (l *Logs) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}

func (l *Logs) put(stream string, raw []byte) {
	line := parseLine(l.service, stream, raw)
	l.mu.Lock()
	if len(l.ring) < ringSize {
		l.ring = append(l.ring, line)
	} else {
		l.ring[l.next] = line
		l.next = (l.next + 1) % ringSize
	}
	l.total++
	if l.file != nil {
		_, _ = l.file.WriteString(line.Raw + "\n")
	}
	close(l.woken)
	l.woken = make(chan struct{})
	l.mu.Unlock()
	if l.onLine != nil {
		l.onLine(line)
	}
}

func parseLine(service, stream string, raw []byte) Line {
	line := Line{At: time.Now(), Service: service, Stream: stream, Raw: string(raw)}
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &line.Fields) != nil {
		line.Fields, line.Message = nil, line.Raw
		return line
	}
	line.Level, line.Event, line.Message = line.Field("level"), line.Field("event"), line.Field("msg")
	return line
}

// lineWriter cuts what a process writes into lines.
type lineWriter struct {
	logs   *Logs
	stream string
	mu     sync.Mutex
	rest   []byte
}

func (w *lineWriter) Write(data []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, data...)
	for {
		end := bytes.IndexByte(w.rest, '\n')
		if end < 0 {
			break
		}
		w.logs.put(w.stream, bytes.TrimRight(w.rest[:end], "\r"))
		w.rest = w.rest[end+1:]
	}
	if len(w.rest) > longestLine {
		w.flushLocked()
	}
	return len(data), nil
}

// flush hands on a last line that had no newline.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flushLocked()
}

func (w *lineWriter) flushLocked() {
	if len(w.rest) > 0 {
		w.logs.put(w.stream, w.rest)
		w.rest = nil
	}
}
