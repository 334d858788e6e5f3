package alerting

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fired evaluates rules over series, and returns at which seconds each alert fires.
func fired(t *testing.T, rules string, series ...string) map[string][]int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(file, []byte("groups: [{name: g, rules: ["+rules+"]}]"), 0o600))
	loaded, err := Load(file)
	require.NoError(t, err)
	all := NewSeries()
	for _, one := range series {
		require.NoError(t, all.Add(time.Second, one))
	}
	seconds := map[string][]int{}
	require.NoError(t, loaded.Evaluate(context.Background(), all, 0, 9*time.Second, time.Second, nil, func(at time.Duration, firing []Alert) {
		for _, alert := range firing {
			name := alert.key() + " " + alert.Annotations()["summary"]
			seconds[name] = append(seconds[name], int(at.Seconds()))
		}
	}))
	return seconds
}

func TestEvaluate_For_StartsAgainAfterABreak(t *testing.T) {
	t.Parallel()
	seen := fired(t, `{alert: A, expr: "x > 0", for: 2s, labels: {l: "{{$labels.a}}"}, annotations: {summary: "{{$value}}"}}`,
		`x{a="b"} 0 1 1 0 2 2 2 2 0 0`)
	assert.Equal(t, map[string][]int{`A a="b" l="b" 2`: {6, 7}}, seen)
}

func TestEvaluate_SidesOfOr_AreOneAlert(t *testing.T) {
	t.Parallel()
	seen := fired(t, `{alert: A, expr: "x > 0 or y > 0", for: 3s}`, `x 0 1 1 0 0 0 0 0 0 0`, `y 0 0 0 1 1 1 0 0 0 0`)
	assert.Equal(t, map[string][]int{"A ": {4, 5}}, seen)
}

func TestEvaluate_KeepFiringFor_SpansABreak(t *testing.T) {
	t.Parallel()
	seen := fired(t, `{alert: A, expr: "x > 0", keep_firing_for: 2s}`, `x 0 1 0 0 0 0 0 0 0 0`)
	assert.Equal(t, map[string][]int{"A ": {1, 2}}, seen)
}

func TestEvaluate_RecordedSeries_AreReadInAnyOrderAndEnd(t *testing.T) {
	t.Parallel()
	seen := fired(t, `{alert: B, expr: "ALERTS{alertname='A', alertstate='firing'}"}, {alert: A, expr: "r > 0"}, {record: r, expr: "x > 0"}`,
		`x 0 0 1 1 0 0 0 0 0 0`)
	assert.Equal(t, []int{2, 3}, seen["A "])
	assert.Equal(t, []int{2, 3}, seen[`B alertstate="firing" `])
}

func TestEvaluate_ResultsWithEqualLabels_AreRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`groups: [{name: g, rules: [{alert: A, expr: '{__name__=~"x|y"} > 0'}]}]`), 0o600))
	loaded, err := Load(file)
	require.NoError(t, err)
	all := NewSeries()
	require.NoError(t, all.Add(time.Second, "x 1 1"))
	require.NoError(t, all.Add(time.Second, "y 1 1"))
	err = loaded.Evaluate(context.Background(), all, 0, time.Second, time.Second, nil, func(time.Duration, []Alert) {})
	assert.ErrorIs(t, err, errDuplicate)
}

func TestMetrics_WithLabelsOfSelectionAndGrouping(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`groups: [{name: g, rules: [{record: r,
  expr: 'sum by (service, le) (rate(d_seconds_bucket{route="/"}[5m]))'}, {alert: A, expr: 'max by (type) (stuck) > 0 and r > 0'}]}]`), 0o600))
	loaded, err := Load(file)
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"d_seconds": {"route", "service"}, "stuck": {"type"}}, loaded.Metrics())
}
