package report

import (
	"fmt"
	"html"
	"strings"

	"stagecraft/checker/internal/check/timeline"
)

// Measures of the picture in its own units.
const (
	svgWidth, svgLabel, svgRow, svgGap, svgAxis = 1000, 130, 14, 10, 22
)

// SVG draws a timeline: requests as bars, faults as shaded windows, stops and restarts as marks, one lane per service.
// It takes its colours from the page's style.
func SVG(events []timeline.Event, elapsedMS int64) string {
	lanes, span := lanesOf(events), spanOf(events, elapsedMS)
	x := func(ms float64) float64 { return svgLabel + ms/span*(svgWidth-svgLabel-10) }
	height := svgAxis
	for _, l := range lanes {
		height += l.height*svgRow + svgGap
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="timeline">`, svgWidth, height)
	for _, at := range ticksOf(span, 10) {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text class="tick" x="%.1f" y="12">%s</text>`,
			x(at), x(at), svgAxis-6, height, x(at)+2, axisLabel(at))
	}
	for _, e := range events {
		if e.Kind == timeline.Fault {
			fmt.Fprintf(&b, `<rect class="window" x="%.1f" y="%d" width="%.1f" height="%d"/>`, x(e.StartMS), svgAxis, width(x, e), height-svgAxis)
		}
	}
	y := svgAxis
	for _, l := range lanes {
		fmt.Fprintf(&b, `<text x="4" y="%d">%s</text>`, y+svgRow-3, html.EscapeString(l.name))
		for i, e := range l.events {
			drawEvent(&b, x, e, y, y+l.rows[i]*svgRow, l.height*svgRow)
		}
		y += l.height*svgRow + svgGap
	}
	b.WriteString(`</svg>`)
	return b.String()
}

func drawEvent(b *strings.Builder, x func(float64) float64, e timeline.Event, top, row, tall int) {
	left, tip := x(e.StartMS), html.EscapeString(tipOf(e))
	switch e.Kind {
	case timeline.Request:
		class := "request"
		if e.Failed {
			class += " failed"
		}
		fmt.Fprintf(b, `<rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d" rx="2"><title>%s</title></rect>`,
			class, left, row+1, width(x, e), svgRow-3, tip)
	case timeline.Fault:
		fmt.Fprintf(b, `<rect class="fault" x="%.1f" y="%d" width="%.1f" height="%d"><title>%s</title></rect>`, left, top, width(x, e), tall, tip)
		fmt.Fprintf(b, `<text class="tick" x="%.1f" y="%d">%s</text>`, left+3, top+svgRow-3, html.EscapeString(e.Label))
	case timeline.Stop:
		fmt.Fprintf(b, `<path class="stop" d="M%.1f %d v%d"><title>%s</title></path><text class="tick" x="%.1f" y="%d">%s</text>`,
			left, top, tall, tip, left+4, top+svgRow-3, html.EscapeString(e.Label))
	case timeline.Restart:
		fmt.Fprintf(b, `<path class="restart" d="M%.1f %d l10 %.1f l-10 %.1f z"><title>%s</title></path>`, left, top, float64(svgRow)/2, float64(svgRow)/2, tip)
	default:
		fmt.Fprintf(b, `<circle class="note" cx="%.1f" cy="%d" r="3"><title>%s</title></circle>`, left, top+svgRow/2, tip)
	}
}

func width(x func(float64) float64, e timeline.Event) float64 {
	return max(x(e.EndMS)-x(e.StartMS), 2)
}

func tipOf(e timeline.Event) string {
	tip := fmt.Sprintf("%s, %s", e.Label, axisLabel(e.StartMS))
	if e.EndMS > e.StartMS {
		tip += " – " + axisLabel(e.EndMS)
	}
	if e.Detail != "" {
		tip += ": " + e.Detail
	}
	return tip
}

func axisLabel(ms float64) string {
	if ms < 1000 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", ms/1000), "0"), ".") + " s"
}
