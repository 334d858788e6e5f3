package report

import (
	"fmt"
	"strings"
	"testing"

	"stagecraft/checker/internal/check"
)

func TestLogsOfTroubleAreKeptAndShownToTheirEnd(t *testing.T) {
	t.Parallel()
	lines := []check.LogLine{{Service: "order", Text: "warn order.saga.recovery_failed error=record saga 01a1fd20-ff9f-75e8-a32e: the saga was taken over"}}
	for i := range 20 {
		lines = append(lines, check.LogLine{Service: "wallet", AtMS: int64(i), Text: fmt.Sprintf("info rpc.finished number=%d", i)})
	}
	p := &plain{}
	p.logs(lines)
	text := strings.Join(strings.Fields(p.String()), " ")
	if !strings.Contains(text, "the saga was taken over") {
		t.Errorf("the cause is lost:\n%s", text)
	}
	if !strings.Contains(text, "number=19") || strings.Contains(text, "number=8 ") || strings.Count(text, "rpc.finished") != 11 {
		t.Errorf("quiet lines are the last that there is room for:\n%s", text)
	}
}

func TestLogs_DecisiveLineIsLong_IsShownWhole(t *testing.T) {
	t.Parallel()
	long := "error order.saga.failed error=" + strings.Repeat("wrapped: ", 60) + "the cause"
	p := &plain{}
	p.logs([]check.LogLine{{Service: "order", Text: long}, {Service: "order", Text: "warn order.retry"}})
	if text := strings.Join(strings.Fields(p.String()), ""); !strings.Contains(text, strings.ReplaceAll(long, " ", "")) {
		t.Errorf("the decisive line is cut:\n%s", p.String())
	}
}

func TestNext_FailureWithLogs_NamesTheCommandForAllOfThem(t *testing.T) {
	t.Parallel()
	text := NewEntries(Options{}).Next(check.Result{
		CheckID: "saga-undo", Verdict: check.Fail, Message: "no", Logs: []check.LogLine{{Service: "order", Text: "error x"}},
		Repeat: "go run ./checker check 17 --only saga-undo --seed 7",
	})
	if !strings.Contains(text, "go run ./checker logs 17 --only saga-undo\n") {
		t.Errorf("no command for the whole logs:\n%s", text)
	}
}

func TestNext_OneSyntaxErrorInManyChecks_IsToldOnce(t *testing.T) {
	t.Parallel()
	entries := NewEntries(Options{})
	broken := check.Result{Sentence: "a", Verdict: check.BuildError, Message: "your code does not compile: x", Seen: "as a package", File: "a.go", Line: 3}
	text := entries.Next(broken)
	broken.Sentence, broken.Seen = "b", "as a service"
	text += entries.Next(broken)
	if strings.Count(text, "does not compile") != 1 || strings.Count(text, "✗") != 2 {
		t.Errorf("one mistake is one message:\n%s", text)
	}
}
