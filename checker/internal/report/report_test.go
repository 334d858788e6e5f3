package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample has one result of every verdict.
func sample() check.Report {
	r := check.Report{
		Schema: check.Schema, Lesson: check.LessonRef{Number: 5, Slug: "saga", Title: "The saga", Stage: "stage1-mvp"},
		Dir: "workspace/05-saga", Seed: 42, Infra: "native: PostgreSQL 15.6", RunDir: ".stagecraft/runs/20260102-030405.000",
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), ElapsedMS: 9_300,
		Results: []check.Result{
			{CheckID: "saga-happy", Sentence: "an order that can be paid is PAID", Verdict: check.Pass, Seed: 42, ElapsedMS: 840, Steps: []check.Step{}},
			{
				CheckID: "saga-crash-after-charge", Verdict: check.Fail, Seed: 42, ElapsedMS: 4_210,
				Sentence: "a crash between the charge and the record of the charge charges no buyer twice, and the order comes to an end",
				Message:  "the buyer was charged twice", Expected: "one charge of 5.00 EUR", Seen: "2 charges of 5.00 EUR\x1b[2J\nfor one order",
				Why: "A step that timed out may have happened.", File: "order/internal/usecase/create_order.go", Line: 12,
				Steps: []check.Step{{AtMS: 3, TookMS: 400, Text: "buy one ordinary thing"}, {AtMS: 403, TookMS: 3000, Text: "kill order while wallet holds its answer", Failed: true}},
				Logs:  []check.LogLine{{Service: "order", AtMS: 410, Text: `{"level":"info","event":"order.saga.step","step":"DEDUCT_BALANCE","message":"a rather long line, as they are"}`}},
				Timeline: []timeline.Event{
					{Lane: "client", Kind: timeline.Request, Label: "create_order", StartMS: 10, EndMS: 380, Detail: "201 Created"},
					{Lane: "client", Kind: timeline.Request, Label: "create_order", StartMS: 420, EndMS: 1900, Failed: true, Detail: "EOF"},
					{Lane: "order->wallet", Kind: timeline.Fault, Label: "held DeductBalance", StartMS: 500, EndMS: 1900},
					{Lane: "order", Kind: timeline.Stop, Label: "kill", StartMS: 1900, EndMS: 1900},
					{Lane: "order", Kind: timeline.Restart, Label: "ready", StartMS: 2600, EndMS: 2600},
				},
				Hint: "What does the saga know when it wakes up?", Repeat: "go run ./checker check 5 --only saga-crash-after-charge --seed 42",
			},
			{CheckID: "saga-names", Sentence: "the steps are called as in the lesson", Verdict: check.BuildError, Message: "missing: Saga.Resume", Expected: "the names that the lesson gives", Seen: "no Saga.Resume", Seed: 42, Steps: []check.Step{}},
			{CheckID: "saga-two-scanners", Sentence: "two scanners do a saga once", Verdict: check.Unknown, Fault: "PostgreSQL was restarted during the check; run it again", Seed: 42, ElapsedMS: 2_000, Steps: []check.Step{}},
			{CheckID: "saga-stale", Sentence: "a stale saga is finished", Verdict: check.NotRun, Fault: "not asked for", Seed: 42, Steps: []check.Step{}},
		},
	}
	r.Verdict = check.Judge(r.Results, false)
	return r
}

func TestGolden(t *testing.T) {
	t.Parallel()
	r := sample()
	writers := map[string]func(io.Writer) error{
		"plain.txt":   func(w io.Writer) error { return Plain(w, r, Options{}) },
		"colour.txt":  func(w io.Writer) error { return Plain(w, r, Options{Colour: true, Width: 100}) },
		"result.json": func(w io.Writer) error { return JSON(w, r) },
		"junit.xml":   func(w io.Writer) error { return JUnit(w, r) },
		"github.txt":  func(w io.Writer) error { return GitHub(w, r) },
		"page.html":   func(w io.Writer) error { return HTML(w, r) },
		"timeline.txt": func(w io.Writer) error {
			_, err := io.WriteString(w, TimelineText(r, 80))
			return err
		},
	}
	for name, write := range writers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s changed (go test -update writes it anew):\n%s", name, got.String())
			}
		})
	}
}

func TestPlainFitsItsColumnsAndTheTerminal(t *testing.T) {
	t.Parallel()
	for _, width := range []int{40, 80, 132} {
		var got bytes.Buffer
		if err := Plain(&got, sample(), Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		got.WriteString(TimelineText(sample(), width))
		for line := range strings.Lines(got.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width && !strings.HasPrefix(line, "evidence") && !strings.HasPrefix(line, "    $ ") {
				t.Errorf("%d columns do not hold the %d of %q", width, n, line)
			}
			if strings.ContainsRune(line, '\x1b') {
				t.Errorf("an escape of the learner's program gets through: %q", line)
			}
		}
	}
}

func TestEveryFrontEndSaysTheSame(t *testing.T) {
	t.Parallel()
	r := sample()
	var asJSON, asJUnit, asPage, asGitHub bytes.Buffer
	for _, err := range []error{JSON(&asJSON, r), JUnit(&asJUnit, r), HTML(&asPage, r), GitHub(&asGitHub, r)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	back, err := ReadJSON(&asJSON)
	if err != nil || back.Verdict != r.Verdict || check.Judge(back.Results, back.Interrupted) != r.Verdict {
		t.Errorf("result.json says %s (%v), the run %s", back.Verdict, err, r.Verdict)
	}
	var suite junitSuite
	if err := xml.Unmarshal(asJUnit.Bytes(), &suite); err != nil || suite.Failures != 2 || suite.Errors != 1 || suite.Skipped != 1 || suite.Tests != 5 {
		t.Errorf("junit counts %d failures, %d errors, %d skipped of %d (%v)", suite.Failures, suite.Errors, suite.Skipped, suite.Tests, err)
	}
	if n := strings.Count(asGitHub.String(), "::error "); n != 2 {
		t.Errorf("%d annotations for 2 failures", n)
	}
	if !strings.Contains(asPage.String(), "✗ fail") && !strings.Contains(asPage.String(), "✗ build-error") {
		t.Error("the page does not show the verdict")
	}
}

func TestReadJSONRefusesAnotherSchema(t *testing.T) {
	t.Parallel()
	other, _ := json.Marshal(map[string]string{"schema": "stagecraft.result/v9"})
	if _, err := ReadJSON(bytes.NewReader(other)); err == nil {
		t.Error("a result of an unknown schema was read as if it were known")
	}
}

func TestOneCauseIsToldOnce(t *testing.T) {
	t.Parallel()
	r := check.Report{Verdict: check.BuildError}
	for _, id := range []string{"a", "b", "c"} {
		r.Results = append(r.Results, check.Result{
			CheckID: id, Sentence: id, Verdict: check.BuildError, Message: "missing: Order.ClearEvents", Repeat: "check --seed 1",
		})
	}
	var got bytes.Buffer
	if err := Plain(&got, r, Options{}); err != nil {
		t.Fatal(err)
	}
	text := got.String()
	if strings.Count(text, "missing:") != 1 || strings.Count(text, "as above") != 2 || strings.Contains(text, "--seed") {
		t.Errorf("want the cause once, two references to it and no seed:\n%s", text)
	}
}
