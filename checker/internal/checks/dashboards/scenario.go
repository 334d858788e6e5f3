package dashboards

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/alerting"
	"stagecraft/checker/internal/check"
)

// every is the time between two samples, as the services are scraped.
const every = 15 * time.Second

// scenario is a piece of history, and the lines that a panel must draw at its end.
type scenario struct {
	id       string // of the failure
	panel    place
	title    string
	why      string
	services string // the choice of $service; empty is all
	interval string // $__rate_interval; empty is that of fifteen minutes
	at       time.Duration
	series   []string
	want     map[string]between // by the name of the line
}

// between is what a value must lie in.
type between struct{ least, most float64 }

func about(value float64) between {
	slack := math.Max(math.Abs(value)*0.2, 1e-9)
	return between{value - slack, value + slack}
}

func (b between) String() string {
	if b.most-b.least < 1e-6 {
		return number((b.least + b.most) / 2)
	}
	return fmt.Sprintf("%s to %s", number(b.least), number(b.most))
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "no number"
	}
	return fmt.Sprintf("%.4g", v+0) // no negative zero
}

func (s scenario) judge(t *check.T, declared []declaration) {
	queries, factor := find(t, declared, s.panel)
	series := alerting.NewSeries()
	for _, one := range s.series {
		t.Ours("read a series", series.Add(every, one))
	}
	lines := map[string]float64{}
	for _, q := range queries {
		results, err := series.Query(t.Context(), variables(q.expr, orElse(s.services, "gateway|inventory|order|wallet"), orElse(s.interval, "1m")), s.at)
		if err != nil {
			t.Fail(check.Failure{
				ID: "unreadable", Sentence: "Prometheus refuses a query of " + s.panel.String(), Expected: "an expression that returns a vector",
				Seen: fmt.Sprintf("%s\n%v", q.expr, err), Why: "the panel shows an error",
			})
		}
		for _, r := range results {
			name := named(q.legend, r.Labels)
			if _, twice := lines[name]; twice {
				t.Fail(check.Failure{
					ID: "same-name", Sentence: fmt.Sprintf("%s draws two lines with the name %q: %s", s.panel.title, name, s.title), Expected: s.expected(),
					Seen: fmt.Sprintf("the legends %s, and a line with the labels %v", showLegend(queries), r.Labels), Why: "a reader cannot tell them apart: sum, or take the largest, by the labels of the legend",
				})
			}
			lines[name] = r.Value * factor
		}
	}
	s.compare(t, lines)
}

func (s scenario) compare(t *check.T, lines map[string]float64) {
	for name, want := range s.want {
		got, drawn := lines[name]
		if !drawn || math.IsNaN(got) || got < want.least-1e-9 || got > want.most+1e-9 {
			s.fail(t, lines)
		}
	}
	for name, value := range lines {
		if _, wanted := s.want[name]; !wanted && !math.IsNaN(value) {
			s.fail(t, lines)
		}
	}
}

func (s scenario) fail(t *check.T, lines map[string]float64) {
	var drawn []string
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		drawn = append(drawn, fmt.Sprintf("%q: %s", name, number(lines[name])))
	}
	seen := "no line"
	if drawn != nil {
		seen = strings.Join(drawn, ", ")
	}
	t.Fail(check.Failure{ID: s.id, Sentence: fmt.Sprintf("%s is wrong: %s", s.panel.title, s.title), Expected: s.expected(), Seen: seen, Why: s.why})
}

func (s scenario) expected() string {
	if len(s.want) == 0 {
		return "no line"
	}
	var wanted []string
	for _, name := range slices.Sorted(maps.Keys(s.want)) {
		wanted = append(wanted, fmt.Sprintf("%q: %s", name, s.want[name]))
	}
	return strings.Join(wanted, ", ")
}

func orElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
