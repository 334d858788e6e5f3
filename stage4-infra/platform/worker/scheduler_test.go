package worker_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"shop/platform/clock"
	"shop/platform/job"
	"shop/platform/redistest"
	"shop/platform/worker"
)

// soon ticks once, shortly after the start.
type soon struct{ first time.Time }

func (s soon) Next(now time.Time) time.Time {
	if now.Before(s.first) {
		return s.first
	}
	return now.Add(time.Hour)
}

func newScheduler(t *testing.T, r replica, now clock.Clock) *worker.Scheduler {
	t.Helper()
	s := worker.NewScheduler(config, r.Runner, r.metrics, now, zap.NewNop())
	t.Cleanup(func() { stop(t, s) })
	return s
}

// dates returns a job whose windows are days, and which sends each window to done.
func dates(done chan<- string) job.Job {
	daily := newJob(func(_ context.Context, window string) (any, error) {
		done <- window
		return nil, nil
	})
	daily.Latest = func(now time.Time) string { return now.AddDate(0, 0, -1).Format(time.DateOnly) }
	return daily
}

func TestScheduler_TwoReplicasSameTick_DoWindowOnce(t *testing.T) {
	t.Parallel()
	client, history := redistest.New(t), &memory{}
	done := make(chan string, 10)
	daily, tick := dates(done), time.Now().Add(100*time.Millisecond)
	// Midnight has passed between the start, which looks at the day before, and the tick.
	now := func() time.Time {
		if time.Now().Before(tick) {
			return time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC)
		}
		return time.Date(2026, 11, 21, 0, 5, 0, 0, time.UTC)
	}
	for range 2 {
		s := newScheduler(t, newReplica(t, client, history), now)
		s.Add(daily, soon{first: tick})
		require.NoError(t, s.Start(t.Context()))
	}

	assert.Equal(t, "2026-11-19", <-done, "the start makes up for the tick that was missed")
	assert.Equal(t, "2026-11-20", <-done)
	require.Eventually(t, func() bool { return succeeded(history, daily) == 2 }, 10*time.Second, time.Millisecond)
	assert.Empty(t, done, "no window is done twice")
}

func TestScheduler_FailedWindow_IsRetried(t *testing.T) {
	t.Parallel()
	_, history, r := fixture(t)
	var runs atomic.Int64
	unsteady := newJob(func(context.Context, string) (any, error) {
		if runs.Add(1) < 3 {
			return nil, errors.New("no storage")
		}
		return nil, nil
	})
	s := newScheduler(t, r, clock.System)
	s.Add(unsteady, soon{})

	require.NoError(t, s.Start(t.Context()))

	require.Eventually(t, func() bool { return succeeded(history, unsteady) == 1 }, 10*time.Second, time.Millisecond)
	assert.Len(t, history.of(unsteady.Name), 3)
}

func TestScheduler_ReplicaDied_AnotherTakesOver(t *testing.T) {
	t.Parallel()
	client, history, r := fixture(t)
	done := make(chan string, 10)
	daily := dates(done)
	daily.Latest = func(time.Time) string { return window }
	// What kill -9 leaves behind: a lock that expires, and a row that says RUNNING.
	lock := job.LockKey(daily.Name, window)
	require.NoError(t, client.Set(t.Context(), lock, "dead", config.LockTTL).Err())
	history.rows = []job.Execution{{ID: "dead", Job: daily.Name, Window: window, Status: job.Running, StartedAt: time.Now()}}
	s := newScheduler(t, r, clock.System)
	s.Add(daily, soon{})

	require.NoError(t, s.Start(t.Context()))

	assert.Equal(t, window, <-done)
	assert.Equal(t, "abandoned", history.of(daily.Name)[0].Error)
}

func TestScheduler_LogLevels(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	daily := newJob(func(context.Context, string) (any, error) { return nil, nil })
	lock := job.LockKey(daily.Name, window)
	require.NoError(t, client.Set(t.Context(), lock, "another replica", time.Minute).Err())
	for event, c := range map[string]struct {
		level  zapcore.Level
		client *redis.Client
	}{
		"platform.job.taken":     {zapcore.InfoLevel, client},
		"platform.job.postponed": {zapcore.WarnLevel, redistest.Connect(t, "redis://127.0.0.1:1/0")},
	} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			core, lines := observer.New(zapcore.InfoLevel)
			r := newReplica(t, c.client, &memory{})
			s := worker.NewScheduler(config, r.Runner, r.metrics, clock.System, zap.New(core))
			s.Add(daily, soon{})

			require.NoError(t, s.Start(t.Context()))
			require.Eventually(t, func() bool { return lines.Len() > 0 }, 10*time.Second, time.Millisecond)
			stop(t, s)

			first := lines.All()[0]
			assert.Equal(t, c.level, first.Level, first.Message)
			assert.Equal(t, event, first.ContextMap()["event"])
			assert.Equal(t, window, first.ContextMap()["window"])
		})
	}
}

func TestStop_DoesNotWaitForNextAttempt(t *testing.T) {
	t.Parallel()
	history := &memory{}
	patient := config
	patient.RetryInterval = time.Hour
	r := newReplica(t, redistest.Connect(t, "redis://127.0.0.1:1/0"), history)
	s := worker.NewScheduler(patient, r.Runner, r.metrics, clock.System, zap.NewNop())
	s.Add(newJob(func(context.Context, string) (any, error) { return nil, nil }), soon{})
	require.NoError(t, s.Start(t.Context()))

	stop(t, s)
}

func TestStop_RedisSilent_DoesNotWaitForIt(t *testing.T) {
	t.Parallel()
	proxy := redistest.NewProxy(t)
	r := newReplica(t, proxy.Client, &memory{})
	s := worker.NewScheduler(config, r.Runner, r.metrics, clock.System, zap.NewNop())
	s.Add(newJob(func(context.Context, string) (any, error) { return nil, nil }), soon{})
	proxy.Then(redistest.Lost)
	require.NoError(t, s.Start(t.Context()))
	require.Eventually(t, func() bool { return proxy.PoolStats().TotalConns > 0 }, 10*time.Second, time.Millisecond, "the run must have asked for the lock")
	began := time.Now()

	require.NoError(t, s.Stop(t.Context()))

	assert.Less(t, time.Since(began), time.Second)
}

func TestAdd_CreatesEverySeriesOfTheJob(t *testing.T) {
	t.Parallel()
	_, _, r := fixture(t)

	newScheduler(t, r, clock.System).Add(newJob(nil), soon{})

	families, err := r.registry.Gather()
	require.NoError(t, err)
	series := make(map[string]int)
	for _, family := range families {
		series[family.GetName()] = len(family.GetMetric())
	}
	assert.Equal(t, map[string]int{
		"job_execution_total": 3, "job_execution_duration_seconds": 1, "job_currently_running": 1,
	}, series, "a series that appears with its first event hides that event from a rate")
}

func succeeded(history *memory, of job.Job) (count int) {
	for _, e := range history.of(of.Name) {
		if e.Status == job.Succeeded {
			count++
		}
	}
	return count
}
