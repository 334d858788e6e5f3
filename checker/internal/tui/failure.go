package tui

import (
	"fmt"
	"strings"

	"stagecraft/checker/internal/check"
)

// shownLogs is how many log lines a result shows; the others are in the logs tab.
const shownLogs = 12

// resultView is the evidence of one check: the sentence, expected and seen, steps with times, log lines, how to repeat it.
func resultView(t theme, c checkState, width int) string {
	r := c.result
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	section := func(title, text string) {
		if text == "" {
			return
		}
		say("\n %s", t.title.Render(title))
		say("%s", wrap(text, width-1, 3))
	}

	say(" %s %s", t.mark(r.Verdict), strings.TrimSpace(wrap(t.title.Render(r.Sentence), width-1, 3)))
	say("   %s", t.dim.Render(verdictLine(r)))
	if r.Message != "" {
		say("\n%s", t.bad.Render(wrap(r.Message, width-1, 3)))
	}
	if r.Verdict == check.Fail || r.Verdict == check.BuildError {
		say("   %s", t.accent.Render("h")+t.dim.Render(" for a hint"))
	}
	section("Expected", r.Expected)
	section("Seen", r.Seen)
	section("Why it matters", r.Why)
	if r.File != "" {
		section("Where", fmt.Sprintf("%s:%d", r.File, r.Line))
	}
	section("In the way", r.Fault)
	steps := r.Steps
	if len(steps) == 0 {
		steps = c.steps
	}
	if len(steps) > 0 {
		say("\n %s", t.title.Render("Steps"))
		for _, s := range steps {
			say("%s", stepLine(t, s, width))
		}
	}
	if len(r.Logs) > 0 {
		say("\n %s", t.title.Render("Your services said"))
		for _, l := range tail(r.Logs, shownLogs) {
			say("   %s", t.dim.Render(fmt.Sprintf("%8s  %-9s ", millis(l.AtMS), l.Service))+l.Text)
		}
	}
	section("Notes", strings.Join(r.Notes, "\n"))
	section("Again", r.Repeat)
	return strings.TrimRight(b.String(), "\n")
}

func verdictLine(r check.Result) string {
	line := string(r.Verdict)
	if r.Verdict != check.NotRun {
		line += " after " + millis(r.ElapsedMS)
	}
	if r.Seed != 0 {
		line += fmt.Sprintf(" · seed %d", r.Seed)
	}
	return line + " · " + r.CheckID
}

func stepLine(t theme, s check.Step, width int) string {
	text := strings.TrimSpace(wrap(s.Text, width-1, 13))
	if s.Failed {
		return "   " + t.dim.Render(fmt.Sprintf("%8s", millis(s.AtMS))) + t.bad.Render(" ✗ "+text)
	}
	return "   " + t.dim.Render(fmt.Sprintf("%8s", millis(s.AtMS))) + "   " + text
}

func millis(ms int64) string {
	if ms < 1000 {
		return fmt.Sprintf("%dms", ms)
	}
	return fmt.Sprintf("%.2fs", float64(ms)/1000)
}

func tail[T any](s []T, n int) []T {
	return s[max(0, len(s)-n):]
}
