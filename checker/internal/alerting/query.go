package alerting

import (
	"context"
	"fmt"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// Scrape adds what a service served at a time, with the labels that Prometheus adds to it.
func (s *Series) Scrape(at time.Duration, families map[string]*dto.MetricFamily, added map[string]string) error {
	for _, family := range families {
		samples, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{Timestamp: model.Time(at.Milliseconds())}, family)
		if err != nil {
			return fmt.Errorf("scrape %s: %w", family.GetName(), err)
		}
		for _, sample := range samples {
			b := labels.NewScratchBuilder(len(sample.Metric) + len(added))
			for name, value := range sample.Metric {
				b.Add(string(name), string(value))
			}
			for name, value := range added {
				b.Add(name, value)
			}
			b.Sort()
			s.append(b.Labels(), at.Milliseconds(), float64(sample.Value))
		}
	}
	return nil
}

// Result is one series of a query's result, at the time of the query.
type Result struct {
	Labels map[string]string
	Value  float64
}

// Query evaluates an expression at a time.
func (s *Series) Query(ctx context.Context, expr string, at time.Duration) ([]Result, error) {
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: most, Timeout: longest, LookbackDelta: lookback})
	defer engine.Close()
	query, err := engine.NewInstantQuery(ctx, s, nil, expr, instant(at))
	if err != nil {
		return nil, err
	}
	defer query.Close()
	vector, err := query.Exec(ctx).Vector()
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(vector))
	for i, v := range vector {
		results[i] = Result{Labels: v.Metric.Map(), Value: v.F}
	}
	return results, nil
}
