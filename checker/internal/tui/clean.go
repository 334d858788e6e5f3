package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"stagecraft/checker/internal/check"
)

// printable removes escape sequences and control characters from a line that a child wrote.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, ansi.Strip(line))
}

// printableText is printable for text of several lines.
func printableText(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	return strings.Join(lines, "\n")
}

// clean makes a result safe to draw: all of it may quote what the learner's code printed.
func clean(r check.Result) check.Result {
	for _, s := range []*string{&r.Sentence, &r.Message, &r.Expected, &r.Seen, &r.Why, &r.Fault, &r.Repeat} {
		*s = printableText(*s)
	}
	r.Steps, r.Notes, r.Logs, r.Timeline = slices.Clone(r.Steps), slices.Clone(r.Notes), slices.Clone(r.Logs), slices.Clone(r.Timeline)
	for i := range r.Steps {
		r.Steps[i].Text = printableText(r.Steps[i].Text)
	}
	for i := range r.Notes {
		r.Notes[i] = printableText(r.Notes[i])
	}
	for i := range r.Logs {
		r.Logs[i].Text = printable(r.Logs[i].Text)
	}
	for i := range r.Timeline {
		r.Timeline[i].Label, r.Timeline[i].Detail = printable(r.Timeline[i].Label), printableText(r.Timeline[i].Detail)
	}
	return r
}
