package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"stagecraft/checker/internal/check"
)

// checksView draws the checks of a run, live: what is running says since when and at which step.
func checksView(t theme, r attempt, cursor int, spin string, now time.Time, width, height int) string {
	if len(r.checks) == 0 {
		return t.dim.Render(" this lesson has no checks")
	}
	var lines []string
	row := 0
	for i, c := range r.checks {
		if i == cursor {
			row = len(lines)
		}
		lines = append(lines, strings.Split(checkRow(t, c, i == cursor, spin, now, width), "\n")...)
		if line := checkNote(t, c, width); line != "" {
			lines = append(lines, line)
		}
	}
	if r.servers != "" {
		lines = append(lines, "", t.dim.Render(" "+r.servers))
	}
	if r.ended != "" && !r.active {
		lines = append(lines, "", t.warn.Render(wrap(r.ended, width-1, 1)))
		lines = strings.Split(strings.Join(lines, "\n"), "\n")
	}
	return strings.Join(window(lines, row, height), "\n")
}

func checkRow(t theme, c checkState, on bool, spin string, now time.Time, width int) string {
	sign, right := t.mark(c.result.Verdict), ""
	switch {
	case c.running:
		sign, right = t.accent.Render(spin), seconds(now.Sub(c.since))
	case c.result.Verdict != check.NotRun:
		right = seconds(time.Duration(c.result.ElapsedMS) * time.Millisecond)
	}
	sentence := c.result.Sentence
	if sentence == "" {
		sentence = c.info.ID
	}
	room := max(width-6-len(right), 10)
	if !on {
		return "  " + sign + " " + spread(ansi.Truncate(sentence, room, "…"), t.dim.Render(right+" "), width-4)
	}
	// The check under the cursor has its whole sentence, on more lines if need be.
	first, rest, more := strings.Cut(ansi.Wrap(sentence, room, ""), "\n")
	row := t.cursor.Render(" ▸") + sign + " " + spread(t.cursor.Render(first), t.dim.Render(right+" "), width-4)
	if more {
		row += "\n    " + t.cursor.Render(strings.ReplaceAll(rest, "\n", "\n    "))
	}
	return row
}

// checkNote is the second line of a check: the current step, or what went wrong.
func checkNote(t theme, c checkState, width int) string {
	text := ""
	style := t.dim
	switch {
	case c.running && c.step != "":
		text = c.step
	case c.running:
		text = "starting"
	case c.result.Verdict == check.Fail || c.result.Verdict == check.BuildError:
		text, style = headline(c.result), t.bad
	case c.result.Verdict == check.Unknown:
		text, style = "could not judge: "+c.result.Fault, t.warn
	}
	if text == "" {
		return ""
	}
	return "     " + style.Render(ansi.Truncate(firstLine(text), max(width-6, 1), "…"))
}

// headline is the one line that says what is wrong.
func headline(r check.Result) string {
	switch {
	case r.Message != "":
		return r.Message
	case r.Seen != "":
		return "seen: " + r.Seen
	default:
		return string(r.Verdict)
	}
}

func firstLine(s string) string {
	line, _, more := strings.Cut(strings.TrimSpace(s), "\n")
	if more {
		return line + " …"
	}
	return line
}

// checksTitle counts the verdicts in the title of the tab.
func checksTitle(r attempt) string {
	return fmt.Sprintf("Checks %d/%d", r.count(check.Pass), len(r.checks))
}
