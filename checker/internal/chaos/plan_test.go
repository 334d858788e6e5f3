package chaos_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/chaos"
)

func TestPlan_SameSeed_SamePlan(t *testing.T) {
	t.Parallel()
	plan := func(seed uint64) []chaos.Strike { return chaos.Plan(seed, 10*time.Minute, chaos.Shipped()) }
	require.Equal(t, plan(7), plan(7))
	require.False(t, reflect.DeepEqual(plan(7), plan(8)), "another seed must be another day")
}

func TestPlan_LongDay_HasEveryExperimentBeforeAnyTwice(t *testing.T) {
	t.Parallel()
	shipped := chaos.Shipped()
	plan := chaos.Plan(1, time.Hour, shipped)
	seen := map[string]bool{}
	for _, s := range plan[:len(shipped)] {
		require.False(t, seen[s.Experiment.Name], "%s comes twice", s.Experiment.Name)
		seen[s.Experiment.Name] = true
		require.GreaterOrEqual(t, s.Lasts, s.Experiment.Lasts.From)
		require.LessOrEqual(t, s.Lasts, s.Experiment.Lasts.To)
	}
	require.Less(t, plan[len(plan)-1].At, time.Hour)
}

func TestParse_BadExperiments_AreRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"there is no fault":      `[{name: a, lasts: 1s, faults: [{do: explode, at: [order]}]}]`,
		"cannot be done at":      `[{name: a, lasts: 1s, faults: [{do: kill, at: [postgres]}]}]`,
		"has no target":          `[{name: a, lasts: 1s, faults: [{do: kill}]}]`,
		"they need it":           `[{name: a, lasts: 1s, faults: [{do: delay, at: [order->postgres]}]}]`,
		"confirm or ack":         `[{name: a, lasts: 1s, faults: [{do: lose, at: [order->rabbitmq]}]}]`,
		"there is no invariant":  `[{name: a, lasts: 1s, hold: [joy], faults: [{do: kill, at: [order]}]}]`,
		"there is no server":     `[{name: a, lasts: 1s, needs: [mysql], faults: [{do: kill, at: [order]}]}]`,
		"are necessary":          `[{name: a, faults: [{do: kill, at: [order]}]}]`,
		"less than the first":    `[{name: a, lasts: 2s..1s, faults: [{do: kill, at: [order]}]}]`,
		"two experiments":        `[{name: a, lasts: 1s, faults: [{do: kill, at: [order]}]}, {name: a, lasts: 1s, faults: [{do: kill, at: [order]}]}]`,
		"field surprise not fou": `[{name: a, surprise: 1, lasts: 1s, faults: [{do: kill, at: [order]}]}]`,
	}
	for want, text := range cases {
		_, err := chaos.Parse(strings.NewReader(text))
		require.ErrorContains(t, err, want)
	}
}
