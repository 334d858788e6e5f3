package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/run"
)

func TestCatalogueOpensTheLessonUnderTheCursor(t *testing.T) {
	t.Parallel()
	w := newScripted()
	d := drive(t, w, Start{})
	d.sees("Money as a value object")
	if l, _ := d.m.catalogue.selected(); l.Number != 2 {
		t.Errorf("the cursor is on lesson %d, not on the first that has not passed", l.Number)
	}
	d.press("down")
	d.all(d.press("enter"))
	d.sees("A customer paid twice")
	d.press("esc")
	d.sees("1 of 3 lessons done")
}

func TestARunShowsEveryCheckLiveAndTheSummary(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(append(script, run.CheckFinished{Result: failTwo})...), Start{Lesson: 5})
	d.all(d.press("r"))
	d.sees("✗ 1 of 3 fail")
	d.sees("the wallet was charged twice")
	d.sees("native: PostgreSQL 17.2")
}

func TestTheFailingCheckRunsFirstNextTime(t *testing.T) {
	t.Parallel()
	w := newScripted(append(script, run.CheckFinished{Result: failTwo})...)
	d := drive(t, w, Start{Lesson: 5})
	d.all(d.press("r"))
	w.events = nil // the second run ends before anything is judged
	d.all(d.press("r"))
	d.all(d.press("r"))
	for i, want := range []string{"[]", "[saga-crash-after-charge]", "[saga-crash-after-charge]"} {
		if got := fmt.Sprint(<-w.firsts); got != want {
			t.Errorf("run %d began with %s, not %s", i+1, got, want)
		}
	}
}

func TestASaveDuringARunStopsItAndRunsAgain(t *testing.T) {
	t.Parallel()
	w := newScripted()
	w.hang = true
	d := drive(t, w, Start{Lesson: 5})
	d.m.watching = true
	d.press("r")
	<-w.firsts
	first := d.m.attempt.id
	d.send(savedMsg{number: 5})
	d.sees("stopping")
	<-w.stopped
	d.send(endedMsg{id: first})
	if !d.m.attempt.active || d.m.attempt.id == first {
		t.Errorf("after the stopped run no new one began: %+v", d.m.attempt)
	}
	<-w.firsts
	d.send(endedMsg{id: first}) // a late message of the old run changes nothing
	if !d.m.attempt.active {
		t.Error("a message of the old run ended the new one")
	}
}

func TestQuitWaitsForTheRun(t *testing.T) {
	t.Parallel()
	w := newScripted()
	w.hang = true
	d := drive(t, w, Start{Lesson: 5})
	d.press("r")
	<-w.firsts
	if cmd := d.press("ctrl+c"); cmd != nil {
		t.Error("ctrl+c left before the run was over")
	}
	<-w.stopped
	cmd := d.send(endedMsg{id: d.m.attempt.id})
	if cmd == nil {
		t.Fatal("the run is over, and the program does not end")
	}
	if _, ok := cmd().(tea.QuitMsg); !ok {
		t.Error("the run is over, and the program does not end")
	}
}

func TestHintsGrowStrongerAndBelongToAFailingCheck(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(append(script, run.CheckFinished{Result: failTwo})...), Start{Lesson: 5})
	d.all(d.press("h"))
	d.sees("run the checks first")
	d.all(d.press("r"))
	for _, want := range []string{"Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"} {
		d.all(d.press("h"))
		d.sees(want)
	}
	d.sees("saga-crash-after-charge")
}

func TestTheSolutionAsksBeforeAPass(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{Lesson: 5})
	d.all(d.press("s"))
	d.sees("Show the solution anyway? y/n")
	d.all(d.press("n"))
	if d.m.overlay != nil {
		t.Error("the solution came after a no")
	}
	d.press("s")
	d.all(d.press("y"))
	d.sees("The reference")
}

func TestFaultsAreSaidInTheStatusLine(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{Lesson: 5})
	d.all(d.press("o"))
	d.sees("no run yet: press r")
}

func TestAPanicOfTheCheckerIsNotTheLearnersFault(t *testing.T) {
	t.Parallel()
	w := newScripted()
	w.panics = true
	d := drive(t, w, Start{Lesson: 5})
	d.all(d.press("r"))
	d.sees("the checker broke, not your code: out of paint")
}

func TestNoSizePanicsOrOverflows(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(append(script, run.CheckFinished{Result: failTwo})...), Start{Lesson: 5})
	d.all(d.press("r"))
	for _, keys := range [][]string{{"1"}, {"2"}, {"enter"}, {"esc", "3"}, {"4"}, {"?"}, {"esc", "d"}, {"esc", "esc"}} {
		for _, k := range keys {
			d.all(d.press(k))
		}
		for _, size := range [][2]int{{0, 0}, {1, 1}, {3, 2}, {20, 6}, {60, 24}, {80, 24}, {200, 60}} {
			d.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			if size[1] > 0 {
				d.screen()
			}
		}
	}
}

func TestWhatIsMissingIsSaidInFullOnANarrowScreen(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{Lesson: 5})
	d.send(tea.WindowSizeMsg{Width: 40, Height: 24})
	d.press("3")
	d.sees("to services.")
	d.press("4")
	d.sees("services.")
}

func TestWhatAChildWroteCannotMoveTheCursor(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{Lesson: 5})
	r := failTwo
	r.Logs = []check.LogLine{{Service: "order", Text: "a\x1b[2Jb\rc\x07"}}
	r.Seen = "x\x1b[31my\rz"
	d.m.attempt = d.m.attempt.apply(run.CheckFinished{Result: r})
	d.m.cursor = 1
	d.press("2", "enter")
	raw := d.m.View().Content
	if strings.Contains(raw, "\x1b[2J") || strings.Contains(raw, "\r") || strings.Contains(raw, "\x07") || strings.Contains(raw, "x\x1b[31m") {
		t.Errorf("control characters of a child reach the terminal: %q", raw)
	}
}
