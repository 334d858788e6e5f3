package telemetry

import (
	"context"
	"fmt"
	"net/http"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Metrics is one scrape.
type Metrics map[string]*dto.MetricFamily

// Scrape reads http://addr/metrics.
func Scrape(ctx context.Context, addr string) (Metrics, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", nil)
	if err != nil {
		return nil, fmt.Errorf("scrape %s: %w", addr, err)
	}
	request.Header.Set("Accept", "text/plain;version=0.0.4")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("scrape %s: %w", addr, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("scrape %s: %s", addr, response.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("scrape %s: %w", addr, err)
	}
	return families, nil
}

// Sum adds up the values of every series of a family whose labels include all of labels: counters and gauges by value,
// histograms and summaries by count. The second result says whether any series matched.
func (m Metrics) Sum(family string, labels map[string]string) (float64, bool) {
	total, found := 0.0, false
	for _, metric := range m[family].GetMetric() {
		if !has(metric, labels) {
			continue
		}
		found = true
		switch {
		case metric.Counter != nil:
			total += metric.GetCounter().GetValue()
		case metric.Gauge != nil:
			total += metric.GetGauge().GetValue()
		case metric.Histogram != nil:
			total += float64(metric.GetHistogram().GetSampleCount())
		case metric.Summary != nil:
			total += float64(metric.GetSummary().GetSampleCount())
		default:
			total += metric.GetUntyped().GetValue()
		}
	}
	return total, found
}

// Values returns the distinct values of a label over a family: what its cardinality is made of.
func (m Metrics) Values(family, label string) []string {
	seen := map[string]bool{}
	var values []string
	for _, metric := range m[family].GetMetric() {
		for _, pair := range metric.GetLabel() {
			if pair.GetName() == label && !seen[pair.GetValue()] {
				seen[pair.GetValue()] = true
				values = append(values, pair.GetValue())
			}
		}
	}
	return values
}

func has(metric *dto.Metric, labels map[string]string) bool {
	for name, want := range labels {
		found := false
		for _, pair := range metric.GetLabel() {
			found = found || pair.GetName() == name && pair.GetValue() == want
		}
		if !found {
			return false
		}
	}
	return true
}
