package stack

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/alerting"
)

// An alert about a metric that does not exist never fires, and looks healthy.
func TestStage3_Alerts_EveryMetricExists(t *testing.T) {
	t.Parallel()
	options := servicesOf(t, "stage3-hardening", "order", "inventory", "wallet", "gateway")
	options.Env = map[string]string{"DEAD_LETTER_INTERVAL": "50ms"}
	s := stocked(t, options)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	bought, err := s.Shop.Buy(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, "PAID", bought.Data.Status, bought.String())

	require.Eventually(t, func() bool { return len(scrape(t, s.Service("order"))["dead_letters"].GetMetric()) > 0 }, 20*time.Second,
		20*time.Millisecond, "dead letters are not counted")

	files := filepath.Join(root, "stage3-hardening/observability")
	rules, err := alerting.Load(filepath.Join(files, "alerts.yaml"), filepath.Join(files, "slo.yaml"))
	require.NoError(t, err)
	served, asked := servedLabels(t, s), rules.Metrics()
	require.NotEmpty(t, asked)
	for metric, labels := range asked {
		if assert.NotEmpty(t, served[metric], "no service has %s, which a rule reads", metric) {
			assert.Subset(t, served[metric], labels, "labels of %s in the rules", metric)
		}
	}
}
