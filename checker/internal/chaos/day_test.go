package chaos_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/chaos"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/run"
)

const (
	root    = "../../.."
	daySeed = 20261128
)

// A game day of 15 s with the experiments that need no server of their own. STAGECRAFT_SOAK=1h makes it last longer, with all experiments.
func TestDay_Stage2_LosesNothing(t *testing.T) { losesNothing(t, "stage2-async") }

func TestDay_Stage3_LosesNothing(t *testing.T) { losesNothing(t, "stage3-hardening") }

func losesNothing(t *testing.T, stage string) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs servers and built services")
	}
	day := chaos.Day{Length: 15 * time.Second, Rate: 10, Experiments: chaos.Shipped()}
	if text := os.Getenv("STAGECRAFT_SOAK"); text != "" {
		var err error
		day.Length, err = time.ParseDuration(text)
		require.NoError(t, err, "STAGECRAFT_SOAK")
	} else {
		day.Experiments = slices.DeleteFunc(day.Experiments, func(e chaos.Experiment) bool { return !e.Light() })
	}
	absolute, err := filepath.Abs(root)
	require.NoError(t, err)
	report, err := run.Checks(t.Context(), run.Plan{
		Root: absolute, Dir: filepath.Join(absolute, stage), Checks: []check.Check{day.Check()}, Seed: daySeed, Discard: true,
		Backing: run.Real(absolute),
	}, func(e run.Event) {
		if step, ok := e.(run.StepBegan); ok {
			t.Log(step.Step.Text)
		}
	})
	require.NoError(t, err)
	result := report.Results[0]
	for _, note := range result.Notes {
		t.Log(note)
	}
	require.Equal(t, check.Pass, result.Verdict, "%s\nexpected %s\nseen %s\n%s", result.Message, result.Expected, result.Seen, result.Fault)
}
