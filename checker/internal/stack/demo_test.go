package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func demoOptions(t *testing.T) DemoOptions {
	t.Helper()
	if testing.Short() {
		t.Skip("needs servers and built services")
	}
	absolute, err := filepath.Abs(root)
	require.NoError(t, err)
	return DemoOptions{Root: absolute, Dir: filepath.Join(absolute, "stage1-mvp"), Rate: 20, Seed: 1}
}

func TestPrintedCommandsWorkAsTheyStand(t *testing.T) {
	t.Parallel()
	demo, err := StartDemo(t.Context(), demoOptions(t))
	require.NoError(t, err)
	t.Cleanup(demo.Close)
	for _, command := range demo.Curl {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
		require.NoError(t, err, "%s\n%s", command, out)
		var envelope struct{ Code *int }
		require.NoError(t, json.Unmarshal(out, &envelope), "%s\n%s", command, out)
		require.NotNil(t, envelope.Code, "%s\n%s", command, out)
		require.Zero(t, *envelope.Code, "%s\n%s", command, out)
	}
	report, err := exec.CommandContext(t.Context(), "sh", "-c", demo.Report).CombinedOutput()
	require.NoError(t, err, "%s", report)
	require.Regexp(t, `(?m)^\d{4}-\d\d-\d\d,paid,,EUR,5,15330$`, string(report), "the sales of yesterday")
	require.Eventually(t, func() bool {
		demo.counts.mu.Lock()
		defer demo.counts.mu.Unlock()
		return demo.counts.paid >= 5
	}, 20*time.Second, 20*time.Millisecond, "the traffic buys something: %s", demo.Traffic())
	require.Zero(t, demo.counts.troubled, demo.Traffic())
}

// Not parallel: two demos that start at the same moment find the same ports free.
func TestEndOfTheContextStopsTheDemoCleanly(t *testing.T) {
	var (
		mu      sync.Mutex
		stopped = map[string]bool{}
		out     bytes.Buffer
	)
	options := demoOptions(t)
	options.Out = &out
	ctx, interrupt := context.WithCancel(t.Context())
	options.OnLog = func(line Line) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasSuffix(line.Event, ".service.stopped") {
			stopped[line.Service] = true
		}
		if line.Event == "order.order.created" || strings.HasPrefix(line.Event, "order.saga") {
			interrupt()
		}
	}
	time.AfterFunc(2*time.Minute, interrupt)
	require.NoError(t, RunDemo(ctx, options))
	require.Len(t, stopped, 4, "every service must have ended by itself: %v\n%s", stopped, out.String())
	require.Contains(t, out.String(), "Try it")
}
