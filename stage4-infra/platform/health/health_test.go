package health_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/health"
	"shop/platform/logging"
)

// dependency is what a probe asks. The time of these tests is that of a synctest bubble: it passes when every goroutine waits.
type dependency struct {
	mu   sync.Mutex
	err  error
	runs int
	// answer, if it is set, is received from before each answer, whatever the context of the probe says.
	answer chan struct{}
}

func (d *dependency) check(context.Context) error {
	d.mu.Lock()
	d.runs++
	answer, err := d.answer, d.err
	d.mu.Unlock()
	if answer != nil {
		<-answer
	}
	return err
}

func (d *dependency) set(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

func (d *dependency) hang(answer chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = answer
}

func (d *dependency) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.runs
}

var errDown = errors.New("connection refused")

// cfg has no jitter, so that the n-th run of a probe is after n intervals.
var cfg = func() health.Config {
	c := config.Defaults[health.Config]()
	c.Jitter = 0
	return c
}()

// start runs a Health until the test ends. The dependencies are named a, b, c.
func start(t *testing.T, requires health.Requirement, dependencies ...*dependency) *health.Health {
	t.Helper()
	var probes []health.Probe
	for i, d := range dependencies {
		probes = append(probes, health.Probe{Name: string(rune('a' + i)), Check: d.check})
	}
	h, err := health.New(health.Params{
		Config: cfg, Requires: requires, Probes: probes, Registry: prometheus.NewRegistry(),
		Log: logging.NewTo(t.Output(), logging.Config{Level: "info"}, "shop"),
	})
	require.NoError(t, err)
	require.NoError(t, h.Start(t.Context()))
	t.Cleanup(func() { _ = h.Stop(context.Background()) })
	return h
}

// after lets the intervals pass, and all that happens in them.
func after(intervals int) {
	time.Sleep(time.Duration(intervals) * cfg.Interval) // the time of the bubble: nothing waits
	synctest.Wait()
}

func TestReadiness_BeforeFirstSuccess_IsNotReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := &dependency{}, &dependency{err: errDown}
		h := start(t, "a,b", a, b)
		after(10)
		assert.False(t, h.State().Ready, "b has never answered")

		b.set(nil)
		time.Sleep(cfg.StartInterval)
		synctest.Wait()
		assert.True(t, h.State().Ready, "one success is enough at the start")
	})
}

func TestReadiness_FailuresBelowLimit_StaysReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &dependency{}
		h := start(t, "a", a)
		synctest.Wait()
		require.True(t, h.State().Ready)
		for range 20 {
			a.set(errDown)
			after(cfg.Failures - 1)
			require.True(t, h.State().Ready)
			a.set(nil)
			after(1)
			require.True(t, h.State().Ready, "failures that are not in a row do not add up")
		}
	})
}

func TestReadiness_FailuresInARow_NotReadyUntilSuccessesInARow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &dependency{}
		h := start(t, "a", a)
		synctest.Wait()
		a.set(errDown)
		after(cfg.Failures)
		require.False(t, h.State().Ready)

		for range 5 {
			a.set(nil)
			after(cfg.Successes - 1)
			require.False(t, h.State().Ready)
			a.set(errDown)
			after(1)
			require.False(t, h.State().Ready)
		}
		a.set(nil)
		after(cfg.Successes)
		assert.True(t, h.State().Ready)
	})
}

func TestProbe_IgnoresItsContext_IsDownAndDelaysNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		frozen, b := &dependency{}, &dependency{}
		h := start(t, "a", frozen, b)
		synctest.Wait()
		require.True(t, h.State().Ready)
		answer := make(chan struct{})
		frozen.hang(answer)

		time.Sleep(time.Minute)
		synctest.Wait()

		assert.Equal(t, health.State{Probes: map[string]bool{"a": false, "b": true}}, h.State())
		assert.Equal(t, 2, frozen.count(), "a run that hangs is not joined by another")
		assert.Greater(t, b.count(), 20)

		frozen.hang(nil)
		close(answer)
		after(cfg.Successes + 1)
		assert.True(t, h.State().Ready, "the hanging run has ended")
	})
}

func TestProbe_Panics_IsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := health.New(health.Params{
			Config: cfg, Requires: "a", Registry: prometheus.NewRegistry(), Log: logging.NewTo(t.Output(), logging.Config{Level: "info"}, "shop"),
			Probes: []health.Probe{{Name: "a", Check: func(context.Context) error { panic("a bug") }}},
		})
		require.NoError(t, err)
		require.NoError(t, h.Start(t.Context()))
		after(1)
		assert.False(t, h.State().Ready)
		require.NoError(t, h.Stop(t.Context()))
	})
}

func TestShutdown_ProbesSucceedLater_StaysNotReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &dependency{}
		h := start(t, "a", a)
		synctest.Wait()
		require.True(t, h.State().Ready)

		h.Shutdown()
		require.False(t, h.State().Ready, "at once: no failure is awaited")
		a.set(errDown)
		after(10)
		a.set(nil)
		after(10)
		assert.False(t, h.State().Ready)
		assert.True(t, h.State().Probes["a"], "the probe goes on")
	})
}

func TestShutdown_BeforeFirstSuccess_NeverReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &dependency{err: errDown}
		h := start(t, "a", a)
		synctest.Wait()
		h.Shutdown()
		a.set(nil)
		after(10)
		assert.False(t, h.State().Ready)
	})
}

func TestRequirement(t *testing.T) {
	t.Parallel()
	for requires, ready := range map[health.Requirement]map[string]bool{
		"a,b":     {"": true, "a": false, "b": false, "c": true, "ab": false},
		"a/b":     {"": true, "a": true, "b": true, "c": true, "ab": false},
		"a / b,c": {"": true, "a": true, "c": false, "ac": false, "ab": false},
		"none":    {"": true, "abc": true},
	} {
		for down, want := range ready {
			t.Run(fmt.Sprintf("%s without %s", requires, down), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					dependencies := map[rune]*dependency{'a': {}, 'b': {}, 'c': {}}
					for _, name := range down {
						dependencies[name].set(errDown)
					}
					h := start(t, requires, dependencies['a'], dependencies['b'], dependencies['c'])
					synctest.Wait()
					assert.Equal(t, want, h.State().Ready)
				})
			})
		}
	}
}

func TestNew_UnknownRequirement_IsRejected(t *testing.T) {
	t.Parallel()
	_, err := health.New(health.Params{
		Requires: "databse", Probes: []health.Probe{{Name: "database"}}, Registry: prometheus.NewRegistry(),
	})
	require.ErrorContains(t, err, `"databse"`)
}
