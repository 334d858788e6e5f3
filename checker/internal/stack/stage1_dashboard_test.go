package stack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stagecraft/checker/internal/telemetry"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A panel that asks for a metric which does not exist shows nothing, and looks healthy.
func TestStage1_Dashboard_EveryMetricExists(t *testing.T) {
	t.Parallel()
	s := stocked(t, withJobs(t, shop(t)))
	w := &walk{t: t, s: s, contract: served(t, s.Gateway)}
	w.client = &http.Client{Transport: plainHTTP.Transport}
	w.orders()
	w.wallet()
	w.jobs()
	dashboardHasMetrics(t, s, "stage1-mvp")
}

// dashboardHasMetrics asks the services for every metric and label of a stage's dashboard.
func dashboardHasMetrics(t *testing.T, s *Stack, stage string) {
	t.Helper()
	labels := servedLabels(t, s)
	asked := dashboardAsks(t, stage)
	require.Greater(t, len(asked), 15)
	for metric, wanted := range asked {
		if !assert.Contains(t, labels, metric, "no service has this metric of the dashboard") {
			continue
		}
		for _, label := range wanted {
			assert.Contains(t, labels[metric], label, "label of %s in the dashboard", metric)
		}
	}
}

// servedLabels returns the metrics of all services with their labels, those of the scrape included.
func servedLabels(t *testing.T, s *Stack) map[string][]string {
	t.Helper()
	labels := map[string][]string{}
	for _, service := range s.Services() {
		for name, family := range scrape(t, service) {
			for _, metric := range family.GetMetric() {
				for _, pair := range metric.GetLabel() {
					// Prometheus would keep ours as exported_job, where no panel looks for it.
					assert.NotContains(t, []string{"job", "instance", "service"}, pair.GetName(), "%s has a label that Prometheus sets", name)
					labels[name] = append(labels[name], pair.GetName())
				}
			}
			labels[name] = append(labels[name], "service") // Prometheus adds it
		}
	}
	return labels
}

func TestStage1_WithCollector_SlowBucketsHaveTraces(t *testing.T) {
	t.Parallel()
	receiver, err := telemetry.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(receiver.Close)
	options := shop(t)
	options.OTLPEndpoint = receiver.Endpoint() // without a collector no trace is recorded, so there is none to lead to
	s := stocked(t, options)
	bought, err := s.Shop.CreateOrder(t.Context(), buyer, "k1", tea)
	require.NoError(t, err)
	require.True(t, bought.OK(), bought.String())
	for service, histogram := range map[string]string{
		"gateway": "http_server_request_duration_seconds", "order": "grpc_server_handling_seconds",
		"inventory": "grpc_server_handling_seconds", "wallet": "grpc_server_handling_seconds",
	} {
		exemplar := regexp.MustCompile(`(?m)^` + histogram + `_bucket\{[^}]*\} \d+ # \{trace_id="[0-9a-f]{32}"\}`)
		assert.Regexp(t, exemplar, openMetrics(t, s.Service(service)), "an exemplar in %s of %s", histogram, service)
	}
}

func TestStage1CannotBeMadeToCountEverything(t *testing.T) {
	t.Parallel()
	s := stocked(t, shop(t))
	hostile := func(n int) {
		for i := range n {
			for _, method := range []string{"GET", "POST", "BREW", fmt.Sprintf("M%d", i)} {
				for _, path := range []string{fmt.Sprintf("/scan/%d.php", i), fmt.Sprintf("/v1/stock/sku-%d", i), fmt.Sprintf("/v1/orders/%d?q=%d", i, i)} {
					request, err := http.NewRequestWithContext(t.Context(), method, s.Gateway+path, nil)
					require.NoError(t, err)
					request.Header.Set("User-Agent", fmt.Sprint("scanner ", i))
					response, err := plainHTTP.Do(request)
					require.NoError(t, err)
					require.NoError(t, response.Body.Close())
				}
			}
		}
	}
	// The first requests meet routes and statuses, refusals of the limiter included, that were not seen before.
	hostile(30)
	before := series(t, s)
	hostile(100)
	require.Equal(t, before, series(t, s), "a caller that can create series can fill Prometheus")
}

// series counts what Prometheus would keep of what callers cause, by service and metric.
func series(t *testing.T, s *Stack) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, service := range s.Services() {
		for name, family := range scrape(t, service) {
			if strings.HasPrefix(name, "http_") || strings.HasPrefix(name, "grpc_") {
				counts[service.Name+" "+name] = len(family.GetMetric())
			}
		}
	}
	return counts
}

func scrape(t *testing.T, service *Service) telemetry.Metrics {
	t.Helper()
	metrics, err := telemetry.Scrape(t.Context(), service.MetricsAddr)
	require.NoError(t, err)
	return metrics
}

func openMetrics(t *testing.T, service *Service) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+service.MetricsAddr+"/metrics", nil)
	require.NoError(t, err)
	request.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	response, err := plainHTTP.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(text)
}

var (
	window    = regexp.MustCompile(`\[[^\]]*\]`)
	quoted    = regexp.MustCompile(`"[^"]*"`)
	grouping  = regexp.MustCompile(`\bby \(([^)]*)\)`)
	selection = regexp.MustCompile(`([a-z_][a-z0-9_]*)(\(|\{[^}]*\})?`)
	matcher   = regexp.MustCompile(`([a-z_]+)\s*[=!]`)
	legend    = regexp.MustCompile(`\{\{(\w+)\}\}`)
	ofSeries  = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// dashboardAsks returns the metrics of the panels, with the labels by which each is chosen, grouped and named.
func dashboardAsks(t *testing.T, stage string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, stage, "observability/grafana/dashboards/shop.json"))
	require.NoError(t, err)
	var dashboard struct {
		Panels []struct {
			Type    string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	asked := map[string][]string{}
	for _, panel := range dashboard.Panels {
		if panel.Type == "logs" {
			continue
		}
		for _, target := range panel.Targets {
			metrics, labels := metricsOf(target.Expr)
			for _, name := range legend.FindAllStringSubmatch(target.LegendFormat, -1) {
				labels = append(labels, name[1])
			}
			require.NotEmpty(t, metrics, target.Expr)
			for metric, own := range metrics {
				asked[metric] = slices.Concat(asked[metric], own, labels)
			}
		}
	}
	return asked
}

// metricsOf returns the metrics of an expression with the labels in their braces, and the labels by which it groups.
func metricsOf(expr string) (metrics map[string][]string, grouped []string) {
	expr = quoted.ReplaceAllString(expr, `""`)
	for _, list := range grouping.FindAllStringSubmatch(expr, -1) {
		for label := range strings.SplitSeq(list[1], ",") {
			if label = strings.TrimSpace(label); label != "le" {
				grouped = append(grouped, label)
			}
		}
	}
	expr = grouping.ReplaceAllString(expr, "")
	metrics = map[string][]string{}
	for _, found := range selection.FindAllStringSubmatch(window.ReplaceAllString(expr, ""), -1) {
		if found[2] == "(" || !strings.Contains(found[1], "_") {
			continue // a function, or an operator
		}
		name := ofSeries.ReplaceAllString(found[1], "")
		labels := metrics[name]
		for _, label := range matcher.FindAllStringSubmatch(found[2], -1) {
			labels = append(labels, label[1])
		}
		metrics[name] = labels
	}
	return metrics, grouped
}
