package tui

import (
	"fmt"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/report"
)

// summary is the status line of the run at a moment.
func (r attempt) summary(t theme, spin string, now time.Time) string {
	switch {
	case r.active && r.stopping:
		return t.warn.Render(spin + " stopping, putting everything away")
	case r.active:
		phase := r.phase
		if r.building != "" {
			phase = "building " + r.building
		}
		line := fmt.Sprintf("%s %s · %d of %d judged", spin, phase, len(r.checks)-r.count(check.NotRun), len(r.checks))
		return t.accent.Render(line) + t.dim.Render("  "+seconds(now.Sub(r.started)))
	case r.started.IsZero():
		return ""
	case r.passed():
		return t.good.Render(fmt.Sprintf("✓ all %d checks pass", len(r.checks))) + t.dim.Render("  "+seconds(r.took))
	}
	var line string
	if n := r.count(check.Fail) + r.count(check.BuildError); n > 0 {
		line = t.bad.Render(fmt.Sprintf("✗ %d of %d fail", n, len(r.checks)))
	} else {
		line = t.warn.Render(fmt.Sprintf("%d of %d pass", r.count(check.Pass), len(r.checks)))
	}
	if n := r.count(check.Unknown); n > 0 {
		line += t.warn.Render(fmt.Sprintf(" · %d could not be judged", n))
	}
	if r.ended != "" {
		line += t.warn.Render(" · " + r.ended)
	}
	return line + t.dim.Render("  "+seconds(r.took))
}

// seconds prints a duration as reports do.
func seconds(d time.Duration) string { return report.Seconds(max(d, 0).Milliseconds()) }
