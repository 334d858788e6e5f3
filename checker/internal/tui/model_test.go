package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/run"
)

func TestCatalogue_Enter_OpensLessonUnderCursor(t *testing.T) {
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

func TestRun_Events_ShowChecksLiveAndSummary(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(append(script, run.CheckFinished{Result: failTwo})...), Start{Lesson: 5})
	d.all(d.press("r"))
	d.sees("✗ 1 of 3 fail")
	d.sees("the wallet was charged twice")
	d.sees("native: PostgreSQL 17.2")
}

func TestRun_AfterFailure_FailingCheckRunsFirst(t *testing.T) {
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

func TestSave_DuringRun_StopsItAndRunsAgain(t *testing.T) {
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

func TestQuit_DuringRun_WaitsForItsEnd(t *testing.T) {
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

func TestHint_Repeated_GrowsStrongerForFailingCheck(t *testing.T) {
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

func TestSolution_BeforePass_Asks(t *testing.T) {
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

func TestFault_Shown_InStatusLine(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{Lesson: 5})
	d.all(d.press("2"))
	d.all(d.press("o"))
	d.sees("no run yet: press r")
}

func TestBrowse_WithoutBrowser_ShowsAddressOfTheLesson(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{Lesson: 5})
	d.all(d.press("o"))
	d.sees("There is no browser here")
	d.sees("http://127.0.0.1:1/lessons/5")
}

func TestBrowse_Catalogue_ShowsAddressOfTheLessonUnderTheCursor(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{})
	d.all(d.press("o"))
	d.sees("http://127.0.0.1:1/lessons/")
}

func TestCheckerPanic_ReportedAsCheckerFault(t *testing.T) {
	t.Parallel()
	w := newScripted()
	w.panics = true
	d := drive(t, w, Start{Lesson: 5})
	d.all(d.press("r"))
	d.sees("the checker broke, not your code: out of paint")
}

func TestView_AnySize_FitsWithoutPanic(t *testing.T) {
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

func TestMissingServer_NarrowScreen_ShownInFull(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{Lesson: 5})
	d.send(tea.WindowSizeMsg{Width: 40, Height: 24})
	d.press("3")
	d.sees("to services.")
	d.press("4")
	d.sees("services.")
}

func TestServiceOutput_ControlSequences_AreRemoved(t *testing.T) {
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

func TestModel_CtrlZ_SuspendsTheProgram(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{})
	cmd := d.press("ctrl+z")
	if cmd == nil {
		t.Fatal("ctrl+z does nothing")
	}
	if _, ok := cmd().(tea.SuspendMsg); !ok {
		t.Error("ctrl+z does not suspend the program")
	}
}

func TestModel_TerminalWithoutASize_IsDrawnAs80x24(t *testing.T) {
	t.Parallel()
	d := drive(t, newScripted(), Start{})
	d.send(tea.WindowSizeMsg{})
	d.sees("Money as a value object")
}

func TestFirstPass_ShowsTheRecap_EnterOpensTheNextLesson(t *testing.T) {
	t.Parallel()
	var events []run.Event
	for _, c := range saga.Checks {
		events = append(events, run.CheckFinished{Result: check.Result{CheckID: c.ID, Sentence: c.Sentence, Verdict: check.Pass}})
	}
	w := newScripted(events...)
	d := drive(t, w, Start{Lesson: 5})
	<-w.opened
	d.all(d.press("r"))
	d.sees("What you can do now")
	d.all(d.press("enter"))
	if number := <-w.opened; number != 6 {
		t.Errorf("enter opened lesson %d, want the next one, 6", number)
	}
	d.all(d.press("esc"))
	d.all(d.press("r"))
	if d.m.overlay != nil {
		t.Error("the recap came again after the second pass")
	}
}

func TestPlannedLesson_Enter_SaysThatItIsNotWritten(t *testing.T) {
	t.Parallel()
	w := newScripted()
	d := drive(t, w, Start{})
	d.m.catalogue.lessons = append(d.m.catalogue.lessons, Lesson{Number: 22, Title: "The outbox", Stage: "stage2", Kind: "implement", State: Planned})
	d.m.catalogue.cursor = len(d.m.catalogue.lessons) - 1
	d.all(d.press("enter"))
	d.sees("lesson 22 is planned and not written yet")
	if len(w.opened) != 0 {
		t.Error("a planned lesson was opened")
	}
}
