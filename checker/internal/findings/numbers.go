package findings

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A Number is one that a decision must state, and that the checker measures again.
type Number struct {
	Name      string  `yaml:"name"`
	Unit      string  `yaml:"unit"`      // "ms", "s", "%", "req/s"; "" for a bare number
	Tolerance float64 `yaml:"tolerance"` // relative: 0.2 is 20 % of the measured value
	Slack     float64 `yaml:"slack"`     // absolute, in Unit: what always counts as equal
}

// A Stated number is one that a learner has written.
type Stated struct {
	Line  int
	Value float64
	Unit  string
}

var stated = regexp.MustCompile("^[\\s>*+|\\-`]*(.+?)[*`\\s]*[:=|][\\s*`≈~]*(-?\\d+(?:[.,]\\d+)?)\\s*([%a-zµ/]*)")

// Numbers reads the numbers of a decision: lines of the form "name: value unit", also in a list or a table.
func Numbers(document string) map[string]Stated {
	found := map[string]Stated{}
	for i, line := range strings.Split(comment.ReplaceAllString(document, ""), "\n") {
		m := stated.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		value, err := strconv.ParseFloat(strings.ReplaceAll(m[2], ",", "."), 64)
		if err == nil {
			found[strings.ToLower(strings.TrimSpace(m[1]))] = Stated{Line: i + 1, Value: value, Unit: m[3]}
		}
	}
	return found
}

// Compare says what is wrong with the stated numbers, given what was measured, by name in the numbers' units; nothing when all fit.
func Compare(wanted []Number, found map[string]Stated, measured map[string]float64) []string {
	var wrong []string
	for _, n := range wanted {
		s, ok := found[strings.ToLower(n.Name)]
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s is not stated; write %q", n.Name, strings.TrimSpace(n.Name+": <value> "+n.Unit)))
			continue
		}
		value, ok := convert(s.Value, s.Unit, n.Unit)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s is stated in %q, it is measured in %q", n.Name, s.Unit, n.Unit))
			continue
		}
		is := measured[n.Name]
		if math.Abs(value-is) > math.Max(n.Tolerance*math.Abs(is), n.Slack) {
			wrong = append(wrong, strings.TrimSpace(fmt.Sprintf("%s: you say %g, the checker measured %g %s", n.Name, value, is, n.Unit)))
		}
	}
	return wrong
}

// convert brings a value into another unit of the same kind.
func convert(value float64, from, to string) (float64, bool) {
	if from == to || from == "" {
		return value, true
	}
	seconds := map[string]float64{"µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1, "sec": 1, "min": 60}
	a, fromTime := seconds[from]
	b, toTime := seconds[to]
	return value * a / b, fromTime && toTime
}
