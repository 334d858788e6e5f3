package room

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRoom_OpenedAgain_ContinuesAfterATornLine(t *testing.T) {
	t.Parallel()
	root, clock := t.TempDir(), newClock()
	r := openRoom(t, root, clock)
	c := &classroom{Room: r, clock: clock, web: serve(t, r, Place{})}
	anna := c.join(t, "Anna")
	run(t, anna, 1, failing, nil)
	c.act(t, "lesson", url.Values{"lesson": {"01-states"}, "minutes": {"30"}})
	before := c.view()
	if _, err := Open(r.Options); err == nil || !strings.Contains(err.Error(), "another --name") {
		t.Errorf("the room was opened twice: %v", err)
	}
	r.Close() // the lock goes with the process

	log := filepath.Join(r.Dir, "events.jsonl")
	file, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(file, `{"at":"2026-03-02T09:00:00Z","kind":"joi`)
	file.Close()
	again := &classroom{Room: openRoom(t, root, clock), clock: clock}
	again.web = serve(t, again.Room, Place{})
	if again.Code() != r.Code() || again.Key() != r.Key() {
		t.Error("code or key are others")
	}
	if after := again.view(); fmt.Sprintf("%+v", after) != fmt.Sprintf("%+v", before) {
		t.Errorf("the board is another one:\n%+v\n%+v", before, after)
	}
	m, _ := anna.load()
	m.URL = again.web.URL
	if err := anna.post(t.Context(), m, "/api/reports", reportRequest{[]Report{{ID: "x", Kind: KindRun, Lesson: "01-states", Runs: 2}}}, nil); err != nil {
		t.Errorf("the token is not known any more: %v", err)
	}
	again.Close()

	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		if !json.Valid(line) {
			t.Errorf("the log has a torn line: %s", line)
		}
	}
	if err := os.WriteFile(log, append([]byte("damaged\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.Options); err == nil || !strings.Contains(err.Error(), "line 1 of") {
		t.Errorf("a damaged line in the middle: %v", err)
	}
}

func TestOpen_DirectoryNotWritable_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, ".stagecraft"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Root: root, Name: "x"}); err == nil || !strings.Contains(err.Error(), "make the directory writable") {
		t.Errorf("%v", err)
	}
	if _, err := Open(Options{Root: root, Name: "../.."}); err == nil || !strings.Contains(err.Error(), "give --name") {
		t.Errorf("%v", err)
	}
}

func TestJournal_CannotBeWritten_LearnerKeepsTheReport(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	whole := c.journal.file
	readOnly, err := os.Open(whole.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { readOnly.Close() })
	c.journal.file = readOnly
	run(t, anna, 1, failing, nil)
	m, _ := anna.load()
	if len(m.Spool) != 1 || m.RetryAt.IsZero() {
		t.Errorf("the report is gone although the room could not keep it: %+v", m)
	}
	c.journal.file = whole
	c.clock.pass(backOff)
	anna.Send(t.Context())
	if got := c.row(t, "Anna"); got.Runs != 1 {
		t.Errorf("the report did not come later: %+v", got)
	}
}
