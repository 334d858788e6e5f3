package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/alerting"
	"stagecraft/checker/internal/telemetry"
)

const (
	scrapes        = 6
	scrapeInterval = 15 * time.Second
)

// A dashboard's query that returns nothing looks like a quiet shop. Every query is run by Prometheus' engine over what the running services
// serve, after its rules: it must have a value for each series, and the labels of its legend.
func TestStage4_Dashboards_EveryQueryHasData(t *testing.T) {
	t.Parallel()
	options := servicesOf(t, "stage4-infra", "order", "inventory", "wallet", "gateway")
	options.Env = map[string]string{"HEALTH_INTERVAL": "100ms", "DEAD_LETTER_INTERVAL": "50ms", "SAGA_SCAN_INTERVAL": "100ms"}
	s := stocked(t, withJobs(t, options))
	w := &walk{t: t, s: s, contract: served(t, s.Gateway)}
	w.client = &http.Client{Transport: plainHTTP.Transport}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	series := alerting.NewSeries()
	for n := range scrapes {
		bought, err := s.Shop.Buy(ctx, buyer, fmt.Sprint("k", n), tea)
		require.NoError(t, err)
		require.Equal(t, "PAID", bought.Data.Status, bought.String())
		paid, err := s.Shop.TopUp(ctx, buyer, fmt.Sprint("money", n), 500)
		require.NoError(t, err)
		require.True(t, paid.OK(), paid.String())
		if n == 1 {
			w.jobs()
		}
		require.Eventually(t, func() bool {
			order := scrape(t, s.Service("order"))
			lag, read := order.Sum("order_projection_lag_seconds", nil)
			return read && lag > float64(n) && len(order["dead_letters"].GetMetric()) > 0
		}, 20*time.Second, 20*time.Millisecond, "the read model gets no events, or dead letters are not counted")
		for _, service := range s.Services() {
			labels := map[string]string{"service": service.Name, "instance": service.MetricsAddr, "job": "shop"}
			require.NoError(t, series.Scrape(time.Duration(n)*scrapeInterval, scrape(t, service), labels))
		}
	}
	end := (scrapes - 1) * scrapeInterval
	files := filepath.Join(root, "stage4-infra/observability")
	rules, err := alerting.Load(filepath.Join(files, "alerts.yaml"), filepath.Join(files, "slo.yaml"))
	require.NoError(t, err)
	require.NoError(t, rules.Evaluate(ctx, series, 0, end, scrapeInterval, nil, func(at time.Duration, firing []alerting.Alert) {
		assert.Empty(t, firing, "a healthy shop has no alerts, at %s", at)
	}))

	queries := prometheusQueries(t, filepath.Join(files, "grafana/dashboards"))
	require.Greater(t, len(queries), 80)
	for _, q := range queries {
		results, err := series.Query(ctx, q.expr, end)
		if !assert.NoError(t, err, q.panel) || !assert.NotEmpty(t, results, "%s has no data: %s", q.panel, q.expr) {
			continue
		}
		values := 0
		for _, result := range results {
			if !math.IsNaN(result.Value) {
				values++
			}
			for _, label := range legend.FindAllStringSubmatch(q.legend, -1) {
				assert.Contains(t, result.Labels, label[1], "%s: legend %q of %s", q.panel, q.legend, q.expr)
			}
		}
		assert.True(t, values > 0 || idle[q.panel], "%s has no value: %s", q.panel, q.expr)
	}
}

// idle are the panels whose subject does not happen in the test.
var idle = map[string]bool{"shop.json: Time of one wait": true}

type dashboardQuery struct{ panel, expr, legend string }

// prometheusQueries returns the queries of all panels as Grafana sends them with all services chosen.
func prometheusQueries(t *testing.T, dir string) (queries []dashboardQuery) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	require.Greater(t, len(files), 5)
	variables := strings.NewReplacer("$__rate_interval", "1m", "$service", "order|inventory|wallet|gateway")
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var dashboard struct {
			Panels []struct {
				Title   string
				Targets []struct {
					Expr, LegendFormat string
					Datasource         struct{ Type string }
				}
			}
		}
		require.NoError(t, json.Unmarshal(text, &dashboard))
		for _, panel := range dashboard.Panels {
			for _, target := range panel.Targets {
				if target.Datasource.Type == "prometheus" {
					queries = append(queries, dashboardQuery{
						filepath.Base(file) + ": " + panel.Title, variables.Replace(target.Expr), target.LegendFormat,
					})
				}
			}
		}
	}
	return queries
}

// The dot in a graph names a trace; the collector has it; the log lines of all services have it where Grafana's data source looks for it.
func TestStage4_Links_LeadFromAMetricToItsTraceAndItsLogLines(t *testing.T) {
	t.Parallel()
	receiver, err := telemetry.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(receiver.Close)
	options := servicesOf(t, "stage4-infra", "order", "inventory", "wallet", "gateway")
	options.OTLPEndpoint = receiver.Endpoint()
	s := stocked(t, options)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	bought, err := s.Shop.Buy(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, "PAID", bought.Data.Status, bought.String())

	sources := datasources(t)
	require.Equal(t, "tempo", sources["prometheus"].JSONData.Exemplars[0].DatasourceUID)
	label := sources["prometheus"].JSONData.Exemplars[0].Name
	exemplar := regexp.MustCompile(`http_server_request_duration_seconds_bucket\{[^}]*route="/v1/orders"[^}]*\} \d+ # \{` + label + `="([0-9a-f]{32})"\}`)
	found := exemplar.FindStringSubmatch(openMetrics(t, s.Service("gateway")))
	require.NotNil(t, found, "no dot leads to the trace of a purchase")
	trace := found[1]

	require.Eventually(t, func() bool { return len(receiver.Trace(trace)) > 0 }, 20*time.Second, 20*time.Millisecond, "no such trace")

	derived := sources["loki"].JSONData.Derived[0]
	require.Equal(t, "tempo", derived.DatasourceUID)
	fromLine, linked := regexp.MustCompile(derived.MatcherRegex), map[string]bool{}
	for _, service := range s.Services() {
		for _, line := range service.Logs().All() {
			if id := fromLine.FindStringSubmatch(line.Raw); id != nil && id[1] == trace {
				linked[service.Name] = true
			}
		}
	}
	assert.Contains(t, linked, "gateway")
	assert.Contains(t, linked, "order")
	assert.Equal(t, "loki", sources["tempo"].JSONData.Logs.DatasourceUID)
	assert.Equal(t, "prometheus", sources["tempo"].JSONData.Metrics.DatasourceUID)
}

type datasource struct {
	UID      string `yaml:"uid"`
	JSONData struct {
		Exemplars []struct {
			Name          string `yaml:"name"`
			DatasourceUID string `yaml:"datasourceUid"`
		} `yaml:"exemplarTraceIdDestinations"`
		Logs struct {
			DatasourceUID string `yaml:"datasourceUid"`
		} `yaml:"tracesToLogsV2"`
		Metrics struct {
			DatasourceUID string `yaml:"datasourceUid"`
		} `yaml:"tracesToMetrics"`
		Derived []struct {
			MatcherRegex  string `yaml:"matcherRegex"`
			DatasourceUID string `yaml:"datasourceUid"`
		} `yaml:"derivedFields"`
	} `yaml:"jsonData"`
}

func datasources(t *testing.T) map[string]datasource {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "stage4-infra/observability/grafana/datasources/shop.yaml"))
	require.NoError(t, err)
	var file struct{ Datasources []datasource }
	require.NoError(t, yaml.Unmarshal(text, &file))
	byUID := map[string]datasource{}
	for _, source := range file.Datasources {
		byUID[source.UID] = source
	}
	return byUID
}
