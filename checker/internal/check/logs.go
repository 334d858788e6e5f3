package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"stagecraft/checker/internal/stack"
)

// mostLines is how many log lines a failure shows; the whole logs are among the run's artefacts.
const mostLines = 12

// telling picks the lines that explain a failure, at most mostLines: those of the services that it names, from its time on; first the
// last loud ones, then the last of each other event.
func telling(all []stack.Line, named func(service string) bool, since time.Time) []stack.Line {
	near := slices.DeleteFunc(slices.Clone(all), func(line stack.Line) bool { return !named(line.Service) || line.At.Before(since) })
	if len(near) == 0 {
		near = all
	}
	slices.SortStableFunc(near, func(a, b stack.Line) int { return a.At.Compare(b.At) })
	near = shortenDumps(near)
	var picked []stack.Line
	for _, line := range slices.Backward(near) {
		if loud(line) && len(picked) < mostLines {
			picked = append(picked, line)
		}
	}
	seen := map[string]bool{}
	for _, line := range slices.Backward(near) {
		if event := line.Service + " " + line.Event; !loud(line) && !seen[event] && len(picked) < mostLines {
			seen[event] = true
			picked = append(picked, line)
		}
	}
	slices.SortStableFunc(picked, func(a, b stack.Line) int { return a.At.Compare(b.At) })
	return picked
}

// loud says that a line tells of trouble: a warning, an error, or what is no JSON, such as a panic.
func loud(line stack.Line) bool {
	return line.Fields == nil || slices.Contains([]string{"warn", "error", "fatal", "panic", "dpanic"}, strings.ToLower(line.Level))
}

// shortenDumps keeps the first lines of what a service prints without a break that is no JSON: a panic says at its top what happened.
func shortenDumps(lines []stack.Line) []stack.Line {
	const top = 3
	printed := map[string]int{}
	return slices.DeleteFunc(lines, func(line stack.Line) bool {
		if line.Fields != nil {
			printed[line.Service] = 0
			return false
		}
		printed[line.Service]++
		return printed[line.Service] > top
	})
}

// concerned returns which services a failure is about: those that its words, its step or its faults name, or all of them. t.mu is held.
func (t *T) concerned() func(service string) bool {
	f := t.outcome.failure
	text := strings.Join([]string{f.Sentence, f.Expected, f.Seen}, " ")
	if n := len(t.steps); n > 0 {
		text += " " + t.steps[n-1].Text
	}
	names := map[string]bool{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		names[strings.ToLower(word)] = true
	}
	known := slices.ContainsFunc(t.served, func(service string) bool { return names[service] })
	return func(service string) bool { return !known || names[service] }
}

// failedSince is when the step before the failed one began: what led to a failure. t.mu is held.
func (t *T) failedSince() time.Time {
	if n := len(t.steps); n > 1 {
		return t.began.Add(time.Duration(t.steps[n-2].AtMS) * time.Millisecond)
	}
	return t.began
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
