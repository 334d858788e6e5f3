package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"stagecraft/checker/internal/stack"
)

// How many lines of each service a failure shows; the whole log is among the run's artefacts.
const (
	loudLines  = 10 // warnings, errors, and what is no JSON, such as a panic
	quietLines = 5  // others, one of each event
)

// telling picks the lines that explain most: the last loud ones, and the last of each other event.
func telling(all []stack.Line) []stack.Line {
	var loud, quiet []stack.Line
	seen := map[string]bool{}
	for _, line := range slices.Backward(all) {
		switch {
		case line.Fields == nil || slices.Contains([]string{"warn", "error", "fatal", "panic", "dpanic"}, strings.ToLower(line.Level)):
			if len(loud) < loudLines {
				loud = append(loud, line)
			}
		case !seen[line.Event] && len(quiet) < quietLines:
			seen[line.Event] = true
			quiet = append(quiet, line)
		}
	}
	picked := append(loud, quiet...)
	slices.SortStableFunc(picked, func(a, b stack.Line) int { return a.At.Compare(b.At) })
	return picked
}

func (t *T) lines(from []stack.Line) []LogLine {
	lines := make([]LogLine, len(from))
	for i, line := range from {
		lines[i] = LogLine{Service: line.Service, AtMS: line.At.Sub(t.began).Milliseconds(), Text: brief(line)}
	}
	return lines
}

// brief is a log line for reading: level, event, errors, other fields, message.
func brief(line stack.Line) string {
	if line.Fields == nil {
		return line.Raw
	}
	parts := []string{strings.ToLower(line.Level), line.Event}
	first := []string{"error", "error_code"} // what is cut off at the end of a line must not be the cause
	for _, name := range first {
		if value := line.Field(name); value != "" {
			parts = append(parts, fmt.Sprintf("%s=%s", name, value))
		}
	}
	skip := append(first, "level", "event", "message", "msg", "ts", "time", "timestamp", "service", "caller", "stacktrace", "trace_id", "span_id", "correlation_id")
	for _, name := range slices.Sorted(maps.Keys(line.Fields)) {
		if value := line.Field(name); value != "" && !slices.Contains(skip, name) {
			parts = append(parts, fmt.Sprintf("%s=%s", name, value))
		}
	}
	parts = append(parts, line.Message)
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " ")
}

// lastWords says in a line how a service ended: its panic, else the last clause of its last error. The rest is in the logs.
func lastWords(service, end string, lines []stack.Line) string {
	seen := service + " " + end
	said := ""
	for _, line := range lines {
		if strings.HasPrefix(line.Raw, "panic: ") || strings.HasPrefix(line.Raw, "fatal error: ") {
			return seen + ": " + line.Raw
		}
		switch text := line.Field("error"); {
		case text != "":
			said = text
		case line.Fields == nil && strings.TrimSpace(line.Raw) != "":
			said = line.Raw
		}
	}
	if said == "" {
		return seen
	}
	return seen + ": " + lastClause(said)
}

// lastClause shortens a wrapped error to what it wraps.
func lastClause(text string) string {
	const enough = 160
	if at := strings.LastIndex(text, "missing type"); at >= 0 {
		return text[at:]
	}
	for len(text) > enough {
		_, rest, ok := strings.Cut(text, ": ")
		if !ok {
			break
		}
		text = rest
	}
	return text
}
