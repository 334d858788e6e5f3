package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
)

// TimelineText draws the timelines of the checks that did not pass, or of all when all passed, in at most width
// columns and without colour.
func TimelineText(r check.Report, width int) string {
	var b strings.Builder
	for _, res := range r.Results {
		if len(res.Timeline) == 0 || (res.Verdict == check.Pass && r.Verdict != check.Pass) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s %s\n%s", Mark(res.Verdict), clip(res.Sentence, width-2), Timeline(res, width))
	}
	return b.String()
}

// Timeline draws the timeline of one check: a line per lane, then what the faults were.
func Timeline(res check.Result, width int) string {
	const label = 16
	lanes, span := lanesOf(res.Timeline), spanOf(res.Timeline, res.ElapsedMS)
	cells := max(width-label-1, 10)
	col := func(ms float64) int { return min(int(ms/span*float64(cells)), cells-1) }

	var b strings.Builder
	axis := []rune(strings.Repeat(" ", cells))
	for _, at := range ticksOf(span, max(cells/12, 1)) {
		text := []rune(axisLabel(at))
		if c := col(at); c+len(text) <= cells {
			copy(axis[c:], text)
		}
	}
	fmt.Fprintf(&b, "%*s %s\n", -label, "", strings.TrimRight(string(axis), " "))
	for _, l := range lanes {
		row := []rune(strings.Repeat("·", cells))
		for _, pass := range []timeline.Kind{timeline.Fault, timeline.Call, timeline.Request, timeline.Note, timeline.Restart, timeline.Stop} {
			for _, e := range l.events {
				if e.Kind == pass {
					draw(row, e, col(e.StartMS), col(e.EndMS))
				}
			}
		}
		fmt.Fprintf(&b, "%s %s\n", pad(clip(l.name, label), label), string(row))
	}
	for _, l := range lanes {
		for _, e := range l.events {
			switch e.Kind {
			case timeline.Fault:
				b.WriteString(clip(fmt.Sprintf("  ░ %s: %s, %s – %s", l.name, e.Label, axisLabel(e.StartMS), axisLabel(e.EndMS)), width) + "\n")
			case timeline.Stop:
				b.WriteString(clip(fmt.Sprintf("  ┃ %s: %s, %s", l.name, e.Label, axisLabel(e.StartMS)), width) + "\n")
			}
		}
	}
	b.WriteString(clip("  ━ request   x failed   ░ fault   ┃ stopped   ▶ ready again", width) + "\n")
	return b.String()
}

func draw(row []rune, e timeline.Event, from, to int) {
	switch e.Kind {
	case timeline.Fault:
		for c := from; c <= to; c++ {
			row[c] = '░'
		}
	case timeline.Request, timeline.Call:
		for c := from; c <= to; c++ {
			row[c] = '━'
		}
		if e.Failed {
			row[to] = 'x'
		}
	case timeline.Stop:
		row[from] = '┃'
	case timeline.Restart:
		row[from] = '▶'
	default:
		row[from] = '•'
	}
}

// clip shortens text to width columns.
func clip(text string, width int) string {
	text = clean(text)
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(width-1, 0)]) + "…"
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
}

// wrap breaks text into lines of at most width columns, at spaces where there are any; line breaks stay.
func wrap(text string, width int) []string {
	var lines []string
	for para := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		para = clean(para)
		for utf8.RuneCountInString(para) > width {
			runes := []rune(para)
			cut := width
			for c := width; c > width/2; c-- {
				if runes[c] == ' ' {
					cut = c
					break
				}
			}
			lines = append(lines, strings.TrimRight(string(runes[:cut]), " "))
			para = strings.TrimLeft(string(runes[cut:]), " ")
		}
		lines = append(lines, para)
	}
	return lines
}

// clean takes out what a learner's program could do to a terminal.
func clean(line string) string {
	line = strings.ReplaceAll(line, "\t", "    ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, line)
}
