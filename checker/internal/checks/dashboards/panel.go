package dashboards

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/check"
)

// file has the learner's dashboards.
const file = "observability/grafana/dashboards.yaml"

// declaration is one dashboard, as the stage's generator reads it.
type declaration struct {
	Name, Title, Service, Time string
	Rows                       []struct {
		Title  string
		Panels []panel
	}
}

type panel struct {
	Title, Help, Unit, Logs string
	Exemplars               bool
	Queries                 yaml.Node
}

// query is one expression, with the template of the names of its lines.
type query struct{ legend, expr string }

func read(t *check.T) []declaration {
	text, err := os.ReadFile(filepath.Join(t.Dir(), filepath.FromSlash(file)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Ours("read "+file, err)
	}
	var declared []declaration
	if err == nil {
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		decoder.KnownFields(true)
		err = decoder.Decode(&declared)
	}
	if err != nil {
		t.Fail(check.Failure{
			ID: "unreadable", Sentence: "the declaration of the dashboards cannot be read", Expected: "YAML with the fields that " + file + " had",
			Seen: err.Error(), Why: "`make generate` writes no dashboard from it",
		})
	}
	return declared
}

// find returns the queries of a panel, and the factor from its unit to shares and seconds.
func find(t *check.T, declared []declaration, at place) ([]query, float64) {
	for _, d := range declared {
		for _, row := range d.Rows {
			for _, p := range row.Panels {
				if (place{d.Name, row.Title, p.Title}) == at && p.Queries.Kind == yaml.MappingNode && len(p.Queries.Content) > 0 {
					var queries []query
					for i := 0; i+1 < len(p.Queries.Content); i += 2 {
						queries = append(queries, query{p.Queries.Content[i].Value, p.Queries.Content[i+1].Value})
					}
					return queries, factor(t, at, p.Unit)
				}
			}
		}
	}
	t.Fail(check.Failure{
		ID: "missing", Sentence: "there is no panel " + at.title, Expected: "a panel with queries at " + at.String(), Seen: "none there",
		Why: "the lesson changes the queries of the panels, and removes none",
	})
	return nil, 0
}

// units are those of shares and times: what one of them is in shares and seconds.
var (
	shares = map[string]float64{"percentunit": 1, "percent": 0.01}
	times  = map[string]float64{"s": 1, "ms": 0.001}
	units  = map[place]map[string]float64{
		webFailures: shares, callFailures: shares, budgetLeft: shares, webDuration: times, callDuration: times, sagaDuration: times, oldest: times,
	}
)

// factor is what one of a panel's unit is; 1 where the panel shows a number.
func factor(t *check.T, at place, unit string) float64 {
	known := units[at]
	if known == nil {
		return 1
	}
	t.True(known[unit] != 0, check.Failure{
		ID: "unit", Sentence: at.title + " has a unit that does not fit", Expected: "one of " + strings.Join(slices.Sorted(maps.Keys(known)), ", "), Seen: unit,
		Why: "Grafana writes the unit behind each value: 0.05 is read as nothing where it should be 5 %",
	})
	return known[unit]
}

// variables replaces Grafana's variables in an expression.
func variables(expr, service, rateInterval string) string {
	return strings.NewReplacer(
		"$__rate_interval", rateInterval, "${__rate_interval}", rateInterval, "$__interval", "15s", "${__interval}", "15s", "$__range", "15m", "${__range}", "15m",
		"${service:regex}", service, "${service:pipe}", service, "${service}", service, "[[service]]", service, "$service", service,
	).Replace(expr)
}

var label = regexp.MustCompile(`\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}`)

// named fills a legend in, as Grafana does: a label that a line does not have is nothing.
func named(legend string, labels map[string]string) string {
	return strings.TrimSpace(label.ReplaceAllStringFunc(legend, func(template string) string {
		return labels[label.FindStringSubmatch(template)[1]]
	}))
}

func showLegend(queries []query) string {
	var legends []string
	for _, q := range queries {
		legends = append(legends, fmt.Sprintf("%q", q.legend))
	}
	return strings.Join(legends, ", ")
}
