package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
)

// timelineView draws what happened to the services during each check: one lane per service, time to the right,
// requests as bars, faults shaded, ends and restarts as signs; below it the same as a list.
func timelineView(t theme, results []check.Result, width int) string {
	var blocks []string
	for _, r := range results {
		if len(r.Timeline) > 0 {
			blocks = append(blocks, timelineBlock(t, r, width))
		}
	}
	if len(blocks) == 0 {
		return t.dim.Render(" Nothing to show: no check of the last run talked to services.")
	}
	legend := fmt.Sprintf(" %s request   %s failed request   %s fault   %s ended   %s ready again   %s note",
		t.good.Render("━"), t.bad.Render("━"), t.warn.Render("░"), t.bad.Render("×"), t.good.Render("▲"), t.accent.Render("•"))
	return strings.Join(blocks, "\n\n") + "\n\n" + legend
}

func timelineBlock(t theme, r check.Result, width int) string {
	end := 1.0
	var lanes []string
	for _, e := range r.Timeline {
		end = max(end, e.EndMS)
		if !slices.Contains(lanes, e.Lane) {
			lanes = append(lanes, e.Lane)
		}
	}
	cells := max(width-14, 10)
	lines := []string{" " + t.mark(r.Verdict) + " " + ansi.Truncate(r.Sentence, max(width-4, 1), "…")}
	for _, lane := range lanes {
		name := ansi.Truncate(lane, 10, "…")
		lines = append(lines, fmt.Sprintf(" %s%s ", t.dim.Render(name), strings.Repeat(" ", 10-ansi.StringWidth(name)))+drawLane(t, r.Timeline, lane, end, cells))
	}
	right := millis(int64(end))
	lines = append(lines, strings.Repeat(" ", 12)+t.dim.Render(spread("0", right, cells)))
	for _, e := range r.Timeline {
		lines = append(lines, eventLine(t, e, width))
	}
	return strings.Join(lines, "\n")
}

// drawLane paints faults first, then requests, then moments, so that what is shortest stays visible.
func drawLane(t theme, events []timeline.Event, lane string, end float64, cells int) string {
	row := make([]string, cells)
	for i := range row {
		row[i] = t.dim.Render("·")
	}
	at := func(ms float64) int { return max(0, min(int(ms/end*float64(cells)), cells-1)) }
	paint := func(e timeline.Event, sign string) {
		for i := at(e.StartMS); i <= at(e.EndMS); i++ {
			row[i] = sign
		}
	}
	for _, kind := range []timeline.Kind{timeline.Fault, timeline.Request, timeline.Note, timeline.Stop, timeline.Restart} {
		for _, e := range events {
			if e.Lane == lane && e.Kind == kind {
				paint(e, sign(t, e))
			}
		}
	}
	return strings.Join(row, "")
}

func sign(t theme, e timeline.Event) string {
	switch {
	case e.Kind == timeline.Fault:
		return t.warn.Render("░")
	case e.Kind == timeline.Request && e.Failed:
		return t.bad.Render("━")
	case e.Kind == timeline.Request:
		return t.good.Render("━")
	case e.Kind == timeline.Stop:
		return t.bad.Render("×")
	case e.Kind == timeline.Restart:
		return t.good.Render("▲")
	default:
		return t.accent.Render("•")
	}
}

func eventLine(t theme, e timeline.Event, width int) string {
	text := e.Label
	if e.EndMS > e.StartMS {
		text += t.dim.Render(" " + millis(int64(e.EndMS-e.StartMS)))
	}
	if e.Detail != "" {
		text += t.dim.Render(" → " + firstLine(e.Detail))
	}
	line := fmt.Sprintf(" %s %s %s ", t.dim.Render(fmt.Sprintf("%8s", millis(int64(e.StartMS)))), sign(t, e), t.dim.Render(fmt.Sprintf("%-9s", e.Lane))) + text
	return ansi.Truncate(line, width, "…")
}
