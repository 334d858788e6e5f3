package room

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// journal is an append-only file of events, one JSON object a line. One process at a time has it open.
type journal struct {
	file *os.File
	size atomic.Int64 // of whole lines

	mu     sync.Mutex
	synced int64
	broken error // of a sync: what the kernel has dropped since is not known
}

// openJournal calls apply for each event there is. A last line that was cut off by a crash is removed.
func openJournal(path string, apply func(event)) (*journal, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the room cannot be kept: %w; make the directory writable, or free some space", err)
	}
	j := &journal{file: file}
	if err := j.read(apply); err != nil {
		_ = file.Close()
		return nil, err
	}
	return j, nil
}

func (j *journal) read(apply func(event)) error {
	if err := syscall.Flock(int(j.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("the room is open in another terminal (%s is locked); use that one, or give this one another --name", j.file.Name())
	}
	text, err := io.ReadAll(j.file)
	if err != nil {
		return fmt.Errorf("read the room's log: %w", err)
	}
	for n := 1; len(text) > 0; n++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		var e event
		err := json.Unmarshal(line, &e)
		switch {
		case err == nil && whole && (e.Kind != "reported" || e.Report != nil):
			apply(e)
			j.size.Add(int64(len(line)) + 1)
			text = rest
			continue
		case len(rest) > 0:
			return fmt.Errorf("line %d of %s is damaged; move the file away, or open the room under another --name", n, j.file.Name())
		}
		break
	}
	if err := j.file.Truncate(j.size.Load()); err != nil {
		return fmt.Errorf("repair the room's log: %w", err)
	}
	return nil
}

// append writes events and returns the position that sync has to reach. Nothing of them stays in the file when that fails.
func (j *journal) append(events []event) (end int64, err error) {
	j.mu.Lock()
	broken := j.broken
	j.mu.Unlock()
	if broken != nil {
		return 0, broken
	}
	var lines bytes.Buffer
	for _, e := range events {
		if err := json.NewEncoder(&lines).Encode(e); err != nil {
			return 0, fmt.Errorf("encode an event: %w", err)
		}
	}
	if _, err := j.file.Write(lines.Bytes()); err != nil {
		return 0, errors.Join(fmt.Errorf("the room's log cannot be written: %w; free some space: learners keep their reports and send them again", err),
			j.file.Truncate(j.size.Load()))
	}
	return j.size.Add(int64(lines.Len())), nil
}

// sync returns when the file is on the disk up to end. Callers that wait meanwhile share the next one.
func (j *journal) sync(end int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.synced >= end || j.broken != nil {
		return j.broken
	}
	reached := j.size.Load()
	if err := j.file.Sync(); err != nil {
		j.broken = fmt.Errorf("the room's log does not reach the disk: %w; free some space and start the room again: learners keep their reports", err)
		return j.broken
	}
	j.synced = reached
	return nil
}
