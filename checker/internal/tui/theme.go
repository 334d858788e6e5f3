package tui

import (
	"charm.land/lipgloss/v2"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/report"
)

// theme uses the sixteen colours of the terminal's own palette wherever it can, so that it fits what the learner has chosen.
type theme struct {
	dark, plain bool

	title, dim, accent, good, bad, warn lipgloss.Style
	cursor, tab, tabOn                  lipgloss.Style
}

// newTheme returns styles for a dark or light background; plain has weight but no colour (NO_COLOR).
func newTheme(dark, plain bool) theme {
	base := lipgloss.NewStyle()
	t := theme{dark: dark, plain: plain}
	t.title = base.Bold(true)
	t.tab = base.Padding(0, 1)
	t.tabOn = t.tab.Bold(true).Reverse(true)
	if plain {
		t.dim, t.accent, t.good, t.bad, t.warn, t.cursor = base, base, base, base, base, t.title
		return t
	}
	grey := lipgloss.LightDark(dark)(lipgloss.Color("242"), lipgloss.Color("245"))
	t.dim = base.Foreground(grey)
	t.accent = base.Foreground(lipgloss.Color("6"))
	t.good = base.Foreground(lipgloss.Color("2"))
	t.bad = base.Foreground(lipgloss.Color("1")).Bold(true)
	t.warn = base.Foreground(lipgloss.Color("3"))
	t.cursor = t.accent.Bold(true)
	return t
}

// mark is the sign in front of a check.
func (t theme) mark(v check.Verdict) string {
	return t.of(v).Render(report.Mark(v))
}

// of is the colour of a verdict.
func (t theme) of(v check.Verdict) lipgloss.Style {
	switch v {
	case check.Pass:
		return t.good
	case check.Fail, check.BuildError:
		return t.bad
	case check.Unknown:
		return t.warn
	default:
		return t.dim
	}
}
