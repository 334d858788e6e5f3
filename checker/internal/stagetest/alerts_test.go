package stagetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/alerting"
)

// withAlerts runs the test for every stage that has rules.
func withAlerts(t *testing.T, test func(t *testing.T, s stage)) {
	t.Helper()
	eachStage(t, func(t *testing.T, s stage) {
		if found, err := filepath.Glob(filepath.Join(s.dir, "observability/*_test.yaml")); err == nil && len(found) > 0 {
			test(t, s)
		}
	})
}

func TestAlerts_UnitTests_Pass(t *testing.T) {
	withAlerts(t, func(t *testing.T, s stage) {
		files, err := filepath.Glob(filepath.Join(s.dir, "observability/*_test.yaml"))
		require.NoError(t, err)
		for _, file := range files {
			tests, rules, err := alerting.LoadUnitTests(file)
			require.NoError(t, err)
			tested := map[string]bool{}
			for _, test := range tests.Tests {
				t.Run(filepath.Base(file)+"/"+test.Name, func(t *testing.T) {
					t.Parallel()
					faults, err := test.Run(t.Context(), rules, time.Duration(tests.EvaluationInterval))
					require.NoError(t, err)
					assert.Empty(t, faults)
				})
				for _, want := range test.AlertRuleTest {
					tested[want.Alertname+" fires"] = tested[want.Alertname+" fires"] || len(want.ExpAlerts) > 0
					tested[want.Alertname+" is quiet"] = tested[want.Alertname+" is quiet"] || len(want.ExpAlerts) == 0
				}
			}
			for _, rule := range rules.All() {
				if rule.Alert != "" {
					assert.True(t, tested[rule.Alert+" fires"], "no test lets %s fire", rule.Alert)
					assert.True(t, tested[rule.Alert+" is quiet"], "no test keeps %s quiet", rule.Alert)
				}
			}
		}
	})
}

func TestAlerts_EveryAlert_SaysWhatToDo(t *testing.T) {
	withAlerts(t, func(t *testing.T, s stage) {
		rules, err := alerting.Load(filepath.Join(s.dir, "observability/alerts.yaml"), filepath.Join(s.dir, "observability/slo.yaml"))
		require.NoError(t, err)
		for _, rule := range rules.All() {
			if rule.Alert == "" {
				continue
			}
			assert.Contains(t, []string{"page", "warning"}, rule.Labels["severity"], rule.Alert)
			assert.NotEmpty(t, rule.Annotations["summary"], rule.Alert)
			assert.NotEmpty(t, rule.Annotations["description"], rule.Alert)
			_, err := os.Stat(filepath.Join(s.dir, rule.Annotations["runbook_url"]))
			assert.NoError(t, err, "%s leads to no runbook", rule.Alert)
			assert.Contains(t, s.read(t, "docs/runbooks/README.md"), "| "+rule.Alert+" |")
		}
	})
}
