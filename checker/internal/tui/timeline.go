package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
	"stagecraft/checker/internal/report"
)

// timelineView draws what happened to the services during each check, as the report draws it, in colour,
// and below each picture every event in words.
func timelineView(t theme, results []check.Result, width int) string {
	var blocks []string
	for _, r := range results {
		if len(r.Timeline) == 0 {
			continue
		}
		lines := []string{" " + t.mark(r.Verdict) + " " + r.Sentence}
		for line := range strings.SplitSeq(strings.TrimRight(report.Timeline(r, max(width-2, 30)), "\n"), "\n") {
			lines = append(lines, " "+tint(t, line))
		}
		lines = append(lines, "")
		for _, e := range r.Timeline {
			lines = append(lines, eventLine(t, e))
		}
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	if len(blocks) == 0 {
		return t.dim.Render(wrap("Nothing to show: no check of the last run talked to services.", width, 1))
	}
	return cut(strings.Join(blocks, "\n\n"), width)
}

// tint colours the signs of a drawn timeline.
func tint(t theme, line string) string {
	var b strings.Builder
	for _, r := range line {
		switch r {
		case '━', '▶':
			b.WriteString(t.good.Render(string(r)))
		case '░':
			b.WriteString(t.warn.Render(string(r)))
		case '┃':
			b.WriteString(t.bad.Render(string(r)))
		case '·':
			b.WriteString(t.dim.Render(string(r)))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func eventLine(t theme, e timeline.Event) string {
	text := e.Label
	if e.EndMS > e.StartMS {
		text += t.dim.Render(" " + millis(int64(e.EndMS-e.StartMS)))
	}
	if e.Detail != "" {
		text += t.dim.Render(" → " + firstLine(e.Detail))
	}
	style := t.dim
	switch {
	case e.Failed, e.Kind == timeline.Stop:
		style = t.bad
	case e.Kind == timeline.Fault:
		style = t.warn
	}
	return t.dim.Render(fmt.Sprintf(" %8s  %-9s ", millis(int64(e.StartMS)), e.Lane)) + style.Render(string(e.Kind)) + " " + text
}

// cut shortens every line to width.
func cut(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, max(width, 1), "…")
	}
	return strings.Join(lines, "\n")
}
