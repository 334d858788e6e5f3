package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
)

// The sequence of a check: one row per event from top to bottom, one column per participant. Rows have a fixed height
// whatever the time between them, so that nothing overlaps; the time is printed beside each.
const (
	columnWidth = 84
	rowHeight   = 22
	maxRowLogs  = 6
	slowMS      = 100 // a quicker answer, if nothing is wrong with it, gets no row of its own
)

// Flow is a check's sequence of events, ready to be drawn.
type Flow struct {
	Columns []string
	Width   int
	Rows    []FlowRow
}

// FlowRow is one moment: a call, its late answer, a request from the client, a fault, a stop, a restart.
type FlowRow struct {
	AtMS    float64
	Class   string // for the style: "call", "held", "lost", "fault", "stop", …
	Text    string
	Picture template.HTML
	Request string
	Answer  string
	Detail  string
	Logs    []check.LogLine
}

// Opens says whether the row has more to show than its text.
func (r FlowRow) Opens() bool {
	return r.Request != "" || r.Answer != "" || r.Detail != "" || len(r.Logs) > 0
}

// moment is an event at its beginning, or at its end when something else happened in between.
type moment struct {
	timeline.Event
	at     float64
	ending bool
}

// FlowOf arranges the events of a result.
func FlowOf(res check.Result) Flow {
	columns := participants(res.Timeline)
	flow := Flow{Columns: columns, Width: len(columns) * columnWidth}
	moments := momentsOf(res.Timeline)
	column := func(name string) int { return slices.Index(columns, name) }
	down := map[string]bool{}
	for _, m := range moments {
		d := rowDrawing{columns: columns, at: m.at, events: res.Timeline, down: down}
		row := FlowRow{AtMS: m.at, Class: classOf(m), Text: textOf(m)}
		switch m.Kind {
		case timeline.Call:
			d.arrow(column(m.Lane), column(m.To), m)
			if !m.ending {
				row.Request, row.Answer, row.Detail = m.Request, m.Answer, m.Detail
				row.Logs = logsNear(res.Logs, m.Event)
			}
		case timeline.Request:
			d.arrow(column(m.Lane), column("gateway"), m)
			row.Detail = m.Detail
		case timeline.Stop:
			down[m.Lane] = true
			d.cross(column(m.Lane))
			row.Logs = logsNear(res.Logs, m.Event)
		case timeline.Restart:
			delete(down, m.Lane)
			d.dot(column(m.Lane), row.Class)
		default:
			from, to, linked := strings.Cut(m.Lane, "->")
			d.band(column(from), column(to), linked)
		}
		row.Picture = d.html(row.Class)
		flow.Rows = append(flow.Rows, row)
	}
	return flow
}

// participants are the columns: every service, server and client that an event names.
func participants(events []timeline.Event) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, e := range events {
		from, to, _ := strings.Cut(e.Lane, "->")
		add(from)
		add(to)
		add(e.To)
	}
	slices.SortStableFunc(names, func(a, b string) int { return place(a) - place(b) })
	return names
}

func momentsOf(events []timeline.Event) []moment {
	var all []moment
	for _, e := range events {
		all = append(all, moment{Event: e, at: e.StartMS})
	}
	begins := slices.Clone(all)
	for _, m := range begins {
		if m.Kind != timeline.Call && m.Kind != timeline.Request && m.Kind != timeline.Fault {
			continue
		}
		between := slices.ContainsFunc(begins, func(o moment) bool { return o.at > m.StartMS && o.at < m.EndMS })
		tells := m.Failed || m.Fate != "" || m.EndMS-m.StartMS >= slowMS
		if between && tells && m.Fate != timeline.Open {
			all = append(all, moment{Event: m.Event, at: m.EndMS, ending: true})
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	return all
}

func classOf(m moment) string {
	switch {
	case m.Kind != timeline.Call && m.Failed, m.Kind == timeline.Call && m.Failed && m.Fate == "":
		return string(m.Kind) + " failed"
	case m.Fate == timeline.CallLost, m.Fate == timeline.AnswerLost:
		return "call lost"
	case m.Fate != "":
		return "call held"
	default:
		return string(m.Kind)
	}
}

func textOf(m moment) string {
	switch {
	case m.Kind == timeline.Call && m.ending && m.Failed:
		return fmt.Sprintf("%s ends for %s: %s", m.Label, m.Lane, m.Detail)
	case m.Kind == timeline.Call && m.ending:
		return fmt.Sprintf("%s answered, after %s", m.Label, axisLabel(m.EndMS-m.StartMS))
	case m.Kind == timeline.Call:
		text := fmt.Sprintf("%s → %s %s", m.Lane, m.To, m.Label)
		if m.Fate != "" {
			text += ", " + string(m.Fate)
		}
		if m.Failed && m.Fate == "" {
			text += ": " + m.Detail
		}
		return text
	case m.Kind == timeline.Fault && m.ending:
		return fmt.Sprintf("%s: end of %s", arrowName(m.Lane), m.Label)
	case m.ending:
		return fmt.Sprintf("%s: %s done: %s", m.Lane, m.Label, cmp.Or(m.Detail, "no answer"))
	case m.Kind == timeline.Request && m.Detail != "":
		return fmt.Sprintf("%s: %s: %s", m.Lane, m.Label, m.Detail)
	default:
		return fmt.Sprintf("%s: %s", arrowName(m.Lane), m.Label)
	}
}

func arrowName(lane string) string { return strings.ReplaceAll(lane, "->", " → ") }

// logsNear returns what the participants of an event logged while it lasted.
func logsNear(logs []check.LogLine, e timeline.Event) []check.LogLine {
	const margin = 5 // ms; a service logs a call just after it has answered
	var near []check.LogLine
	for _, line := range logs {
		at := float64(line.AtMS)
		if (line.Service == e.Lane || line.Service == e.To) && at >= e.StartMS-margin && at <= e.EndMS+margin {
			near = append(near, line)
		}
	}
	return near[max(0, len(near)-maxRowLogs):]
}

// rowDrawing draws one row: the life lines of all columns, and what happens on them.
type rowDrawing struct {
	columns []string
	at      float64
	events  []timeline.Event
	down    map[string]bool
	b       strings.Builder
}

func (d *rowDrawing) html(class string) template.HTML {
	var all strings.Builder
	fmt.Fprintf(&all, `<svg class="row %s" width="%d" height="%d" aria-hidden="true">`, class, len(d.columns)*columnWidth, rowHeight)
	for i, name := range d.columns {
		state := "life"
		switch {
		case d.down[name]:
			state += " down"
		case d.faulted(name):
			state += " faulted"
		}
		fmt.Fprintf(&all, `<path class="%s" d="M%d 0V%d"/>`, state, center(i), rowHeight)
	}
	all.WriteString(d.b.String())
	all.WriteString(`</svg>`)
	return template.HTML(all.String()) // numbers and class names only; all text is in the page, escaped by the template
}

// faulted says whether a fault lasts on the participant, or on one of its links, at this moment.
func (d *rowDrawing) faulted(name string) bool {
	return slices.ContainsFunc(d.events, func(e timeline.Event) bool {
		return e.Kind == timeline.Fault && e.Lane == name && e.StartMS <= d.at && d.at <= e.EndMS
	})
}

func center(column int) int { return column*columnWidth + columnWidth/2 }

// arrow draws a call from left to right or right to left; a lost one ends on the way, in a cross.
func (d *rowDrawing) arrow(from, to int, m moment) {
	if from < 0 || to < 0 {
		return
	}
	start, end := center(from), center(to)
	if m.ending {
		start, end = end, start
	}
	mid, dir := rowHeight/2, 1
	if end < start {
		dir = -1
	}
	lost := m.Fate == timeline.CallLost && !m.ending || m.Fate == timeline.AnswerLost && m.ending
	if lost {
		end = (start + end) / 2
		fmt.Fprintf(&d.b, `<path class="mark" d="M%d %dl8 8m0 -8l-8 8"/>`, end-4, mid-4)
	}
	kind := "arrow"
	if m.ending {
		kind += " back"
	}
	fmt.Fprintf(&d.b, `<path class="%s" d="M%d %dH%d"/>`, kind, start, mid, end)
	if !lost {
		fmt.Fprintf(&d.b, `<path class="head" d="M%d %dl%d -4v8z"/>`, end, mid, -7*dir)
	}
	if m.Fate == timeline.Held {
		at := (start + end) / 2
		fmt.Fprintf(&d.b, `<path class="mark" d="M%d %dv10m5 -10v10"/>`, at-2, mid-5)
	}
}

func (d *rowDrawing) dot(column int, class string) {
	if column >= 0 {
		fmt.Fprintf(&d.b, `<circle class="%s" cx="%d" cy="%d" r="4"/>`, class, center(column), rowHeight/2)
	}
}

func (d *rowDrawing) cross(column int) {
	if column >= 0 {
		fmt.Fprintf(&d.b, `<path class="mark" d="M%d %dl12 12m0 -12l-12 12"/>`, center(column)-6, rowHeight/2-6)
	}
}

// band marks a fault on a participant, or between two.
func (d *rowDrawing) band(from, to int, linked bool) {
	switch {
	case from < 0:
	case linked && to >= 0:
		left, right := min(center(from), center(to)), max(center(from), center(to))
		fmt.Fprintf(&d.b, `<rect class="band" x="%d" y="7" width="%d" height="8" rx="4"/>`, left, right-left)
	default:
		fmt.Fprintf(&d.b, `<rect class="band" x="%d" y="5" width="24" height="12" rx="4"/>`, center(from)-12)
	}
}
