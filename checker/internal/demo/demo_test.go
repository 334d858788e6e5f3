package demo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stagecraft/checker/internal/stack"

	"github.com/stretchr/testify/require"
)

// root is the repository.
const root = "../../.."

func demoOptions(t *testing.T, stage string) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("needs servers and built services")
	}
	absolute, err := filepath.Abs(root)
	require.NoError(t, err)
	return Options{Root: absolute, Dir: filepath.Join(absolute, stage), Rate: 20, Seed: 1}
}

func TestDemo_PrintedCommands_Work(t *testing.T) { printedCommandsWork(t, "stage1-mvp") }

func TestDemo_PrintedCommandsOfStage2_Work(t *testing.T) { printedCommandsWork(t, "stage2-async") }

func TestDemo_PrintedCommandsOfStage3_Work(t *testing.T) { printedCommandsWork(t, "stage3-hardening") }

func printedCommandsWork(t *testing.T, stage string) {
	demo, err := Start(t.Context(), demoOptions(t, stage))
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
	if demo.Follow != "" {
		followShowsPayment(t, demo.Follow)
	}
	if demo.Stack.Certificates != nil {
		orders, err := exec.CommandContext(t.Context(), "sh", "-c", demo.GRPC).CombinedOutput()
		require.NoError(t, err, "%s\n%s", demo.GRPC, orders)
		require.Contains(t, string(orders), `"orders"`)
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

func followShowsPayment(t *testing.T, command string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	follow := exec.CommandContext(ctx, "sh", "-c", command)
	out, err := follow.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, follow.Start())
	lines, paid := bufio.NewScanner(out), false
	for !paid && lines.Scan() {
		paid = strings.Contains(lines.Text(), "PAID")
	}
	cancel()
	_ = follow.Wait()
	require.True(t, paid, "%s\nshows no payment", command)
}

// The tests of this package are not parallel: two demos that start at the same moment find the same ports free.
func TestRun_ContextEnds_StopsEveryService(t *testing.T) {
	var (
		mu      sync.Mutex
		stopped = map[string]bool{}
		out     bytes.Buffer
	)
	options := demoOptions(t, "stage1-mvp")
	options.Out = &out
	ctx, interrupt := context.WithCancel(t.Context())
	options.OnLog = func(line stack.Line) {
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
	require.NoError(t, Run(ctx, options))
	require.Len(t, stopped, 4, "every service must have ended by itself: %v\n%s", stopped, out.String())
	require.Contains(t, out.String(), "Try it")
}
