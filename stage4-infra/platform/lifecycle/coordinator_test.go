package lifecycle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"shop/platform/config"
	"shop/platform/logging"
)

// recorder remembers in which order parts were stopped.
type recorder struct {
	mu    sync.Mutex
	names []string
}

func (r *recorder) stop(name string) fx.Hook {
	return fx.StopHook(func() { r.add(name) })
}

func (r *recorder) add(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = append(r.names, name)
}

// newCoordinator returns a Coordinator, each phase of which has this budget, and the lifecycle of its application.
func newCoordinator(t *testing.T, budget time.Duration) (*Coordinator, *fxtest.Lifecycle) {
	t.Helper()
	cfg := config.Defaults[Config]()
	cfg.Budgets = Budgets{
		NotServing: budget, Server: budget, Cron: budget, Consumers: budget, Relay: budget, Clients: budget, Broker: budget,
		Redis: budget, Database: budget, Telemetry: budget,
	}
	lc := fxtest.NewLifecycle(t)
	return NewCoordinator(lc, cfg), lc
}

// hang is a stop that ignores its context, until the test ends.
func hang(t *testing.T) fx.Hook {
	t.Helper()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	return fx.StopHook(func() { <-release })
}

func TestStop_PhasesRunInTheirOrder_HoweverPartsWereAdded(t *testing.T) {
	t.Parallel()
	c, app := newCoordinator(t, time.Minute)
	var stopped recorder
	for _, phase := range []Phase{Telemetry, Relay, Server, Redis, Database, Cron, NotServing, Clients, Consumers, Broker} {
		c.Add(phase, "part", stopped.stop(string(phase)))
	}

	app.RequireStart().RequireStop()

	assert.Equal(t, []string{
		"not_serving", "server", "cron", "consumers", "relay", "clients", "broker", "redis", "database", "telemetry",
	}, stopped.names)
	assert.Equal(t, EndpointWait, c.Summary().Parts[1].Phase, "between not_serving and server")
}

func TestStop_PartOverrunsItsBudget_IsCutOffAndTheNextRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := newCoordinator(t, 10*time.Second)
		var stopped recorder
		c.Add(Server, "stuck", hang(t))
		c.Add(Server, "quick", stopped.stop("quick"))
		c.Add(Consumers, "obedient", fx.StopHook(func(ctx context.Context) error {
			<-ctx.Done()
			stopped.add("obedient")
			return ctx.Err()
		}))
		c.Add(Database, "pool", stopped.stop("pool"))

		require.ErrorIs(t, c.stop(t.Context()), context.DeadlineExceeded)

		assert.Equal(t, []string{"quick", "obedient", "pool"}, stopped.names)
		cutOff, took := map[string]bool{}, map[string]time.Duration{}
		for _, part := range c.Summary().Parts {
			cutOff[part.Name], took[part.Name] = part.CutOff(), part.Took
		}
		assert.Equal(t, map[string]bool{"load balancers": false, "stuck": true, "quick": false, "obedient": true, "pool": false}, cutOff)
		assert.Equal(t, 10*time.Second, took["stuck"], "at the end of the budget the stop goes on without the part")
		assert.Equal(t, 9*time.Second, took["obedient"], "before that it asks the part to give up")
		assert.False(t, c.Summary().Interrupted)
	})
}

func TestStop_PanicOrError_TheNextPhaseRuns(t *testing.T) {
	t.Parallel()
	c, app := newCoordinator(t, time.Minute)
	var stopped recorder
	c.Add(Server, "panicking", fx.StopHook(func() { panic("out of order") }))
	c.Add(Cron, "failing", fx.StopHook(func() error { return errors.New("out of paper") }))
	c.Add(Database, "pool", stopped.stop("pool"))
	app.RequireStart()

	err := app.Stop(t.Context())

	require.ErrorContains(t, err, "stop panicking: panic: out of order")
	require.ErrorContains(t, err, "stop failing: out of paper")
	assert.Equal(t, []string{"pool"}, stopped.names)
}

func TestStop_ContextEnds_NothingMoreRuns(t *testing.T) {
	t.Parallel()
	c, _ := newCoordinator(t, time.Minute)
	var stopped recorder
	ctx, signal := context.WithCancel(t.Context())
	stuck := hang(t)
	c.Add(Server, "grpc", fx.StopHook(func(ctx context.Context) error {
		signal()
		return stuck.OnStop(ctx)
	}))
	c.Add(Database, "pool", stopped.stop("pool"))

	require.ErrorIs(t, c.stop(ctx), context.Canceled)

	assert.Empty(t, stopped.names)
	assert.True(t, c.Summary().Interrupted)
	last := c.Summary().Parts[len(c.Summary().Parts)-1]
	assert.Equal(t, "database/pool", last.String(), "what was not reached is in the summary")
	assert.True(t, last.CutOff())
}

func TestStop_PartThatDidNotStart_IsNotStopped(t *testing.T) {
	t.Parallel()
	c, app := newCoordinator(t, time.Minute)
	var stopped recorder
	hook := func(name string, err error) fx.Hook {
		return fx.Hook{OnStart: func(context.Context) error { return err }, OnStop: stopped.stop(name).OnStop}
	}
	c.Add(Database, "pool", hook("pool", nil))
	c.Add(Relay, "outbox", hook("outbox", errors.New("no database")))
	c.Add(Server, "grpc", hook("grpc", nil))

	require.ErrorContains(t, app.Start(t.Context()), "start outbox: no database")

	require.NoError(t, app.Stop(t.Context()))
	assert.Equal(t, []string{"pool"}, stopped.names)
}

func TestStop_EndpointWait_IsForServersOnly(t *testing.T) {
	t.Parallel()
	c, app := newCoordinator(t, time.Minute)
	c.cfg.Budgets.EndpointWait = time.Hour
	c.Add(Cron, "jobs", fx.StopHook(func() {}))

	app.RequireStart().RequireStop()

	assert.Len(t, c.Summary().Parts, 1)
}

func TestSummary_IsOneLine(t *testing.T) {
	t.Parallel()
	written := &bytes.Buffer{}
	log := logging.NewTo(written, logging.Config{Level: "info"}, "order")
	s := Summary{Took: 3 * time.Second, Parts: []Outcome{
		{Phase: NotServing, Name: "grpc health", Took: time.Millisecond},
		{Phase: Server, Name: "grpc", Took: 2 * time.Second, Err: context.DeadlineExceeded},
	}}

	s.log(log, "order")

	var line struct {
		Level, Event string
		DurationMS   int64 `json:"duration_ms"`
		CutOff       []string
		Parts        []struct {
			Phase, Part string
			DurationMS  int64 `json:"duration_ms"`
		}
	}
	require.NoError(t, json.Unmarshal(written.Bytes(), &line), "%s", written)
	assert.Equal(t, "order.service.stopped", line.Event)
	assert.Equal(t, "error", line.Level)
	assert.EqualValues(t, 3000, line.DurationMS)
	require.Len(t, line.Parts, 2)
	assert.Equal(t, "server", line.Parts[1].Phase)
	assert.EqualValues(t, 2000, line.Parts[1].DurationMS)
	assert.Contains(t, written.String(), `"cut_off":["server/grpc"]`)
}

func TestConfig_SumOfBudgets_MustFit(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[Config]()
	require.NoError(t, cfg.Validate())

	cfg.Budgets.Server = 20 * time.Second
	require.ErrorContains(t, cfg.Validate(), "SHUTDOWN_TIMEOUT is 28s, but the budgets add up to 36s: ")
	require.ErrorContains(t, cfg.Validate(), " + SHUTDOWN_SERVER_BUDGET 20s + ")

	cfg = config.Defaults[Config]()
	cfg.PreStop = 5 * time.Second
	require.EqualError(t, cfg.Validate(),
		"SHUTDOWN_TIMEOUT is 28s, but SHUTDOWN_GRACE_PERIOD 30s - SHUTDOWN_PRE_STOP 5s leaves 25s")

	cfg = config.Defaults[Config]()
	cfg.Budgets.EndpointWait = 0
	require.NoError(t, cfg.Validate(), "without a load balancer there is nothing to wait for")
	cfg.Budgets.Relay = 0
	require.ErrorContains(t, cfg.Validate(), "SHUTDOWN_RELAY_BUDGET")
}

func TestBudgets_EachPhaseHasOne(t *testing.T) {
	t.Parallel()
	budgets := config.Defaults[Budgets]()
	for i, b := range budgets.list() {
		assert.Equal(t, phases[i], b.phase)
		assert.Positive(t, budgets.of(phases[i]))
	}
	assert.Len(t, budgets.list(), len(phases))
}
