package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
	"stagecraft/checker/internal/run"
)

// scripted is a Workshop that plays events.
type scripted struct {
	events  []run.Event
	err     error
	hang    bool          // Check waits for its context after the events
	stopped chan struct{} // closed when a hanging Check was stopped
	firsts  chan []string // what each Check was asked to run first
	saves   chan struct{} // what Watch returns
	opened  chan int      // lessons opened
	panics  bool
}

func newScripted(events ...run.Event) *scripted {
	return &scripted{
		events: events, stopped: make(chan struct{}, 8), firsts: make(chan []string, 8),
		saves: make(chan struct{}, 8), opened: make(chan int, 8),
	}
}

var saga = Lesson{
	Number: 5, Slug: "saga", Title: "The saga and its compensations", Stage: "stage1-mvp", Kind: "implement", Minutes: 60,
	Topics: []string{"saga"}, Needs: "PostgreSQL", Files: []string{"order/internal/service/saga.go"}, Workspace: "workspace/05-saga",
	Checks: []CheckInfo{
		{"saga-happy", "a purchase is paid once and takes the goods once"},
		{"saga-crash-after-charge", "a crash between charge and record charges no buyer twice"},
		{"saga-timeout", "a step that timed out but happened is compensated too"},
	},
	Body:  "# The saga\n\nA customer paid twice, and got nothing.\n\n```go\nfunc (s *Saga) Run(ctx context.Context) error\n```\n\n- first\n- second\n",
	State: Started,
}

func (s *scripted) Lessons() ([]Lesson, error) {
	return []Lesson{
		{Number: 1, Slug: "state-machine", Title: "The order's state machine", Stage: "stage1-mvp", Kind: "implement", Minutes: 25, Topics: []string{"ddd"}, Checks: saga.Checks, State: Passed},
		{Number: 2, Slug: "money", Title: "Money as a value object", Stage: "stage1-mvp", Kind: "implement", Minutes: 30, Topics: []string{"ddd"}, Checks: saga.Checks},
		saga,
	}, nil
}

func (s *scripted) Open(number int) (Lesson, error) {
	s.opened <- number
	if number != saga.Number {
		return Lesson{}, fmt.Errorf("there is no lesson %d", number)
	}
	return saga, nil
}

func (s *scripted) Check(ctx context.Context, _ int, first []string, observe func(run.Event)) error {
	s.firsts <- first
	if s.panics {
		panic("out of paint")
	}
	for _, e := range s.events {
		observe(e)
	}
	if s.hang {
		<-ctx.Done()
		s.stopped <- struct{}{}
	}
	return s.err
}

func (s *scripted) Watch(context.Context, int) (<-chan struct{}, error) { return s.saves, nil }
func (s *scripted) Hint(_ int, id string, level int) (string, int, error) {
	return fmt.Sprintf("hint %d for %s", level, id), 3, nil
}
func (s *scripted) Diff(int) (title, text string, err error) {
	return "Your changes since the start", "--- yours\n+++ reference\n@@ -1 +1 @@\n-a\n+b\n", nil
}
func (s *scripted) Solution(int) (string, error) { return "the **reference**", nil }
func (s *scripted) Recap(number int) (string, int, error) {
	return "# What you can do now", number + 1, nil
}
func (s *scripted) Last(int) (Evidence, bool) { return Evidence{}, false }
func (s *scripted) Read(number int) (string, bool, error) {
	return fmt.Sprintf("http://127.0.0.1:1/lessons/%d", number), false, nil
}
func (s *scripted) Browse(int) (string, error) { return "", errors.New("no run yet: press r") }

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// passOne and failTwo are results as a run reports them.
var (
	passOne = check.Result{CheckID: "saga-happy", Sentence: saga.Checks[0].Sentence, Verdict: check.Pass, ElapsedMS: 820, Seed: 7}
	failTwo = check.Result{
		CheckID: "saga-crash-after-charge", Sentence: saga.Checks[1].Sentence, Verdict: check.Fail, ElapsedMS: 4210, Seed: 7,
		Message: "the wallet was charged twice for one order", Expected: "one ledger entry of -5.00 EUR", Seen: "two ledger entries of -5.00 EUR",
		Why:    "a crash between the call and the record is the normal case, not the rare one",
		Steps:  []check.Step{{AtMS: 12, Text: "buy one book"}, {AtMS: 840, Text: "kill order after the charge"}, {AtMS: 3900, Text: "read the ledger", Failed: true}},
		Logs:   []check.LogLine{{Service: "order", AtMS: 900, Text: `{"event":"order.service.started"}`}, {Service: "wallet", AtMS: 950, Text: "charged"}},
		Repeat: "go run ./checker check 5 --only saga-crash-after-charge --seed 7",
		Timeline: []timeline.Event{
			{Lane: "client", Kind: timeline.Request, Label: "POST /v1/orders", StartMS: 12, EndMS: 840, Failed: true, Detail: "connection reset"},
			{Lane: "wallet", Kind: timeline.Fault, Label: "answer held", StartMS: 400, EndMS: 840},
			{Lane: "order", Kind: timeline.Stop, Label: "killed", StartMS: 840, EndMS: 840},
			{Lane: "order", Kind: timeline.Restart, Label: "ready again", StartMS: 1400, EndMS: 1400},
		},
	}
	script = []run.Event{
		run.InfraReady{Line: "native: PostgreSQL 17.2"},
		run.CheckStarted{ID: "saga-happy", Sentence: saga.Checks[0].Sentence, At: t0},
		run.CheckFinished{Result: passOne},
		run.CheckStarted{ID: "saga-crash-after-charge", Sentence: saga.Checks[1].Sentence, At: t0},
		run.StepBegan{ID: "saga-crash-after-charge", Step: check.Step{AtMS: 840, Text: "kill order after the charge"}},
	}
)

// driver feeds a model by hand, without a terminal.
type driver struct {
	t *testing.T
	m Model
}

func drive(t *testing.T, w *scripted, start Start) *driver {
	t.Helper()
	s := newSession(t.Context(), w)
	t.Cleanup(func() { <-s.close() })
	d := &driver{t: t, m: newModel(s, start)}
	d.m.clock = func() time.Time { return t0.Add(2 * time.Second) }
	d.do(d.m.load())
	if start.Lesson != 0 {
		d.do(d.m.open(start.Lesson))
	}
	return d
}

func (d *driver) send(msg tea.Msg) tea.Cmd {
	next, cmd := d.m.Update(msg)
	d.m = next.(Model)
	return cmd
}

// do runs a command to its message and sends it; what follows from that is returned.
func (d *driver) do(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return d.send(cmd())
}

// all runs a command and everything that follows from it.
func (d *driver) all(cmd tea.Cmd) { d.m = after(d.m, cmd) }

func (d *driver) press(keys ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, k := range keys {
		press, err := keyNamed(k)
		if err != nil {
			d.t.Fatal(err)
		}
		cmd = d.send(press)
	}
	return cmd
}

// screen is what the learner sees, without colour.
func (d *driver) screen() string {
	d.t.Helper()
	text := ansi.Strip(d.m.View().Content)
	lines := strings.Split(text, "\n")
	if len(lines) != d.m.height {
		d.t.Errorf("the screen has %d lines, the terminal %d", len(lines), d.m.height)
	}
	for i, line := range lines {
		if n := ansi.StringWidth(line); n > d.m.width {
			d.t.Errorf("line %d is %d wide, the terminal %d: %q", i+1, n, d.m.width, line)
		}
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func (d *driver) sees(want string) {
	d.t.Helper()
	if got := d.screen(); !strings.Contains(got, want) {
		d.t.Errorf("the screen does not say %q:\n%s", want, got)
	}
}
