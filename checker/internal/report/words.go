package report

import (
	"fmt"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
)

// Mark is the sign of a verdict in one column.
func Mark(v check.Verdict) string {
	switch v {
	case check.Pass:
		return "✓"
	case check.Fail, check.BuildError:
		return "✗"
	case check.Unknown:
		return "?"
	default:
		return "·"
	}
}

// Summary is the last line of every report: "2 of 5 checks pass · 1 fails · 2 could not be judged (4.2 s)".
func Summary(r check.Report) string {
	total := len(r.Results)
	parts := []string{fmt.Sprintf("%d of %d checks pass", r.Count(check.Pass), total)}
	if r.Verdict == check.Pass && r.Count(check.Pass) == total {
		parts[0] = fmt.Sprintf("all %d checks pass", total)
		if total == 1 {
			parts[0] = "the check passes"
		}
	}
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(r.Count(check.Fail), "fails", "fail")
	add(r.Count(check.BuildError), "does not build", "do not build")
	add(r.Count(check.Unknown), "could not be judged", "could not be judged")
	add(r.Count(check.NotRun), "not run", "not run")
	if r.Interrupted {
		parts = append(parts, "interrupted")
	}
	return fmt.Sprintf("%s (%s)", strings.Join(parts, " · "), Seconds(r.ElapsedMS))
}

// Seconds prints milliseconds as people read them: 0.34 s, 12.5 s, 2 min 5 s.
func Seconds(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
}
