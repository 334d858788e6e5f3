package rollout

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/paths"
)

// mostLines is how many lines of the pods' logs a failure shows.
const mostLines = 12

// keepLogs keeps the last warnings and errors of all pods for the failure that follows: the logs go with the cluster.
func (l *lab) keepLogs(t *check.T) {
	if l.Cluster.Logs == "" {
		return
	}
	var lines []logged
	for _, file := range paths.Match(l.Cluster.Logs, l.Namespace+"_*.log") {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(file), l.Namespace+"_"), "-")
		for line := range strings.Lines(string(content)) {
			lines = append(lines, readLine(name, strings.TrimSpace(line))...)
		}
	}
	slices.SortStableFunc(lines, func(a, b logged) int { return a.at.Compare(b.at) })
	lines = lines[max(0, len(lines)-mostLines):]
	var shown []check.LogLine
	for _, line := range lines {
		shown = append(shown, check.LogLine{Service: line.service, AtMS: line.at.Sub(l.began).Milliseconds(), Text: line.text})
	}
	t.OnFailLogs(func() []check.LogLine { return shown })
}

// logged is a line of a pod's log.
type logged struct {
	service, text string
	at            time.Time
}

// readLine returns the line if it is a warning or an error.
func readLine(service, line string) []logged {
	var fields struct {
		Time  time.Time `json:"ts"`
		Level string    `json:"level"`
	}
	if json.Unmarshal([]byte(line), &fields) != nil || !slices.Contains([]string{"warn", "error", "fatal"}, strings.ToLower(fields.Level)) {
		return nil
	}
	return []logged{{service: service, text: line, at: fields.Time}}
}
