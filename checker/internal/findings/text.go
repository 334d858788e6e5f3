package findings

import (
	"fmt"
	"strings"
)

// Summary is the grade in one line: "3 of 5 defects found, 1 unclear, 1 false alarm".
func (g Grade) Summary() string {
	parts := []string{fmt.Sprintf("%d of %d defects found", len(g.Found), len(g.Found)+len(g.Missed))}
	for _, p := range []struct {
		n         int
		one, many string
	}{{len(g.Unclear), "unclear", "unclear"}, {len(g.FalseAlarms), "false alarm", "false alarms"}} {
		switch p.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+p.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.many))
		}
	}
	return strings.Join(parts, ", ")
}

// Lines lists the findings with what became of each. What was missed is a number only: its names are shown on request, by Missing.
func (g Grade) Lines() []string {
	var lines []string
	for _, m := range g.Found {
		lines = append(lines, fmt.Sprintf("found: %s — %s", m.Finding.place(), m.Defect.Title))
	}
	for _, u := range g.Unclear {
		lines = append(lines, fmt.Sprintf("unclear: %s — %s", u.Finding.place(), u.Why))
	}
	for _, f := range g.FalseAlarms {
		lines = append(lines, fmt.Sprintf("false alarm: %s — no defect is known there; begin the text with \"note:\" if it is a remark", f.place()))
	}
	if n := len(g.Missed); n > 0 {
		lines = append(lines, fmt.Sprintf("not found yet: %d", n))
	}
	return lines
}

// Missing lists the defects that no finding names, with their explanations.
func (g Grade) Missing() []string {
	var lines []string
	for _, d := range g.Missed {
		lines = append(lines, fmt.Sprintf("%s (%s)\n%s", d.Title, d.Places[0], strings.TrimSpace(d.Explanation)))
	}
	return lines
}

func (f Finding) place() string {
	if f.Decl != "" {
		return f.File + "#" + f.Decl
	}
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}
