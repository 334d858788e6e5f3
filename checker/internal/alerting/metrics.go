package alerting

import (
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// alertsMetric has the alerts that are pending or fire.
const alertsMetric = "ALERTS"

// metricsOf returns the names of the metrics that an expression reads.
func metricsOf(expr string) map[string]bool {
	read := map[string]bool{}
	parsed, err := parser.ParseExpr(expr)
	if err != nil {
		return read // Load has refused it
	}
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			read[selector.Name] = true
		}
		return nil
	})
	return read
}

// Metrics returns the metrics that the rules read and no rule records, with the labels by which they are selected, grouped and joined. The
// series of a histogram count as the histogram.
func (r *Rules) Metrics() map[string][]string {
	recorded, read := map[string]bool{}, map[string]map[string]bool{}
	for _, rule := range r.All() {
		recorded[rule.Record] = true
	}
	for _, rule := range r.All() {
		expr, err := parser.ParseExpr(rule.Expr)
		if err != nil {
			continue // Load has refused it
		}
		parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
			selector, ok := node.(*parser.VectorSelector)
			if !ok || recorded[selector.Name] {
				return nil
			}
			name := selector.Name
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				name = strings.TrimSuffix(name, suffix)
			}
			if read[name] == nil {
				read[name] = map[string]bool{}
			}
			for _, matcher := range selector.LabelMatchers {
				read[name][matcher.Name] = true
			}
			for _, parent := range path {
				if aggregate, ok := parent.(*parser.AggregateExpr); ok && !aggregate.Without {
					for _, label := range aggregate.Grouping {
						read[name][label] = true
					}
				}
			}
			delete(read[name], model.MetricNameLabel)
			delete(read[name], model.BucketLabel)
			return nil
		})
	}
	metrics := map[string][]string{}
	for name, labels := range read {
		metrics[name] = slices.Sorted(maps.Keys(labels))
	}
	return metrics
}
