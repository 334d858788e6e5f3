package tui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// repeated are the fields that a short log line shows in front, and those that every line of a tab repeats.
var repeated = []string{"level", "ts", "time", "msg", "message", "event", "event_version", "service", "env", "trace_id", "span_id", "correlation_id", "caller"}

// shortLog makes a JSON log line readable: time, level, event, message, then what else it says. Other lines stay as they are.
func shortLog(line string) string {
	at := strings.IndexByte(line, '{')
	if at < 0 || at > 16 {
		return line
	}
	var fields map[string]any
	d := json.NewDecoder(strings.NewReader(line[at:]))
	d.UseNumber()
	if d.Decode(&fields) != nil {
		return line
	}
	text := func(names ...string) string {
		for _, n := range names {
			if v, ok := fields[n].(string); ok {
				return v
			}
		}
		return ""
	}
	var words []string
	for _, w := range []string{strings.TrimSpace(line[:at]), clockOf(text("ts", "time")), strings.ToUpper(text("level")), text("event"), text("msg", "message")} {
		if w != "" {
			words = append(words, w)
		}
	}
	var rest []string
	for name, value := range fields {
		if !slices.Contains(repeated, name) {
			rest = append(rest, fmt.Sprintf("%s=%v", name, value))
		}
	}
	slices.Sort(rest)
	return strings.Join(append(words, rest...), " ")
}

// clockOf cuts the time of day out of a timestamp.
func clockOf(stamp string) string {
	_, clock, ok := strings.Cut(stamp, "T")
	if !ok {
		return stamp
	}
	return clock[:min(len(clock), len("15:04:05.000"))]
}
