package report

import (
	"fmt"
	"strings"
)

// tipOf is what hovering over a row shows: the request, its answer, the first log line.
func tipOf(r FlowRow) string {
	parts := []string{r.Text}
	for _, part := range []string{r.Request, r.Answer, r.Detail} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(r.Logs) > 0 {
		parts = append(parts, r.Logs[0].Service+": "+r.Logs[0].Text)
	}
	return strings.Join(parts, "\n")
}

func axisLabel(ms float64) string {
	if ms < 1000 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", ms/1000), "0"), ".") + " s"
}
