package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/redistest"
)

func TestRun_ConcurrentReplicas_DoWindowOnce(t *testing.T) {
	t.Parallel()
	client, history := redistest.New(t), &memory{}
	var runs atomic.Int64
	counting := newJob(func(context.Context, string) (any, error) { return map[string]int64{"run": runs.Add(1)}, nil })
	replicas := []replica{newReplica(t, client, history), newReplica(t, client, history)}

	var asking sync.WaitGroup
	for i := range 20 {
		asking.Go(func() {
			_, _, err := replicas[i%2].Run(t.Context(), counting, window, job.API)
			assert.True(t, err == nil || errors.Is(err, job.ErrRunning), "got %v", err)
		})
	}
	asking.Wait()

	assert.EqualValues(t, 1, runs.Load())
	e, replayed, err := replicas[0].Run(t.Context(), counting, window, job.Backfill)
	require.NoError(t, err)
	assert.True(t, replayed)
	assert.Equal(t, job.API, e.Trigger, "the execution that did the work")
	assert.JSONEq(t, `{"run":1}`, string(e.Result))
}

func TestRun_LockLostByRedis_NextRunnerTakesOverAndWindowIsDoneOnce(t *testing.T) {
	t.Parallel()
	client, history, r := fixture(t)
	started := make(chan struct{})
	var runs atomic.Int64
	slow := newJob(func(ctx context.Context, _ string) (any, error) {
		if runs.Add(1) > 1 {
			return "second", nil
		}
		close(started)
		<-ctx.Done()
		return "first", nil // it does not notice that its context has ended
	})
	first := make(chan job.Execution, 1)
	go func() {
		e, _, err := r.Run(t.Context(), slow, window, job.Cron)
		assert.NoError(t, err)
		first <- e
	}()
	<-started
	require.NoError(t, client.Del(t.Context(), job.LockKey(slow.Name, window)).Err(), "as a Redis that restarted would")

	second, _, err := newReplica(t, client, history).Run(t.Context(), slow, window, job.Cron)

	require.NoError(t, err)
	assert.Equal(t, job.Succeeded, second.Status)
	lost := <-first
	assert.Equal(t, job.Failed, lost.Status, "its token is not the newest")
	assert.Less(t, lost.Fence, second.Fence)
	assert.Equal(t, job.Failed, history.of(slow.Name)[0].Status)
	assert.Equal(t, json.RawMessage(`"second"`), history.of(slow.Name)[1].Result)
}

func TestRun_RowOfDeadProcess_IsClosedAndWindowDoneAgain(t *testing.T) {
	t.Parallel()
	_, history, r := fixture(t)
	quick := newJob(func(context.Context, string) (any, error) { return nil, nil })
	// What kill -9 leaves: a row, and a lock that has expired since.
	history.rows = []job.Execution{{
		ID: "dead", Job: quick.Name, Window: window, Status: job.Running, Attempt: 1,
	}}

	e, _, err := r.Run(t.Context(), quick, window, job.Cron)

	require.NoError(t, err)
	assert.Equal(t, job.Succeeded, e.Status)
	assert.Equal(t, 2, e.Attempt)
	assert.Equal(t, "abandoned", history.of(quick.Name)[0].Error)
}

func TestRun_FailureOrPanic_IsRecordedAndNextRunSucceeds(t *testing.T) {
	t.Parallel()
	_, history, r := fixture(t)
	outcomes := []func() (any, error){
		func() (any, error) { return nil, errors.New("no storage") },
		func() (any, error) { panic("a bug") },
		func() (any, error) { return func() {}, nil }, // not encodable as JSON
		func() (any, error) { return "done", nil },
	}
	var run int
	unsteady := newJob(func(context.Context, string) (any, error) {
		run++
		return outcomes[run-1]()
	})
	for range outcomes {
		_, _, err := r.Run(t.Context(), unsteady, window, job.API)
		require.NoError(t, err)
	}

	rows := history.of(unsteady.Name)
	require.Len(t, rows, 4)
	for _, failed := range rows[:3] {
		assert.Equal(t, job.Failed, failed.Status)
		assert.Contains(t, failed.Error, "internal error")
	}
	assert.Equal(t, job.Succeeded, rows[3].Status)
	assert.Equal(t, json.RawMessage(`"done"`), rows[3].Result)
	assert.Equal(t, 4, rows[3].Attempt)
	assert.EqualValues(t, 3, counted(t, r, "FAILED"))
	assert.EqualValues(t, 1, counted(t, r, "SUCCEEDED"))
}

func TestRun_TimeoutExceeded_EndsJob(t *testing.T) {
	t.Parallel()
	client, history := redistest.New(t), &memory{}
	short := config
	short.Timeout = 10 * time.Millisecond
	r := newReplicaWith(t, short, client, history)
	endless := newJob(func(ctx context.Context, _ string) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})

	e, _, err := r.Run(t.Context(), endless, window, job.API)

	require.NoError(t, err)
	assert.Equal(t, job.Failed, e.Status)
	assert.Contains(t, e.Error, "exceeded its timeout")
}

func TestRun_CallerGone_WorkContinues(t *testing.T) {
	t.Parallel()
	_, history, r := fixture(t)
	started, finish := make(chan struct{}), make(chan struct{})
	slow := newJob(func(ctx context.Context, _ string) (any, error) {
		close(started)
		<-finish
		return nil, ctx.Err()
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-started
		leave()
	}()

	e, _, err := r.Run(ctx, slow, window, job.API)

	require.NoError(t, err)
	assert.Equal(t, job.Running, e.Status)
	close(finish)
	assert.Eventually(t, func() bool { return history.of(slow.Name)[0].Status == job.Succeeded }, 10*time.Second, time.Millisecond)
}

func TestStop_EndsJobAndRecordsIt(t *testing.T) {
	t.Parallel()
	client, history, r := fixture(t)
	started := make(chan struct{})
	slow := newJob(func(ctx context.Context, _ string) (any, error) {
		close(started)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	go func() { _, _, _ = r.Run(t.Context(), slow, window, job.Cron) }()
	<-started

	stop(t, r)

	rows := history.of(slow.Name)
	require.Len(t, rows, 1)
	assert.Equal(t, job.Failed, rows[0].Status)
	assert.Contains(t, rows[0].Error, "the service is stopping")
	assert.Zero(t, client.Exists(t.Context(), job.LockKey(slow.Name, window)).Val(), "the next run need not wait for the lock to expire")
	_, _, err := r.Run(t.Context(), slow, window, job.API)
	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
}

func TestRun_RedisDown_ReturnsUnavailable(t *testing.T) {
	t.Parallel()
	history := &memory{}
	r := newReplica(t, redistest.Connect(t, "redis://127.0.0.1:1/0"), history)
	never := newJob(func(context.Context, string) (any, error) { panic("it must not run") })

	_, _, err := r.Run(t.Context(), never, window, job.Cron)

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.NotErrorIs(t, err, job.ErrRunning)
	assert.Empty(t, history.of(never.Name))
	assert.EqualValues(t, 1, counted(t, r, "NOT_STARTED"))
}

func TestRun_RedisSilent_ReturnsWithinDeadline(t *testing.T) {
	t.Parallel()
	proxy, history := redistest.NewProxy(t), &memory{}
	r := newReplica(t, proxy.Client, history)
	never := newJob(func(context.Context, string) (any, error) { panic("it must not run") })
	proxy.Then(redistest.Lost)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()

	_, _, err := r.Run(ctx, never, window, job.Backfill)

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.Less(t, time.Since(began), time.Second, "the caller does not wait for the release of the lock")
}

func TestRun_AnswerOfLockLost_ReleasesLock(t *testing.T) {
	t.Parallel()
	proxy, history := redistest.NewProxy(t), &memory{}
	r := newReplica(t, proxy.Client, history)
	quick := newJob(func(context.Context, string) (any, error) { return nil, nil })
	require.NoError(t, proxy.Ping(t.Context()).Err())
	proxy.Then(redistest.AnswerLost)

	_, _, err := r.Run(t.Context(), quick, window, job.Cron)
	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))

	key := job.LockKey(quick.Name, window)
	assert.Eventually(t, func() bool { return proxy.Exists(t.Context(), key).Val() == 0 }, time.Second, time.Millisecond,
		"the lock is released long before it expires")
}

func TestRun_DatabaseDown_ReleasesLock(t *testing.T) {
	t.Parallel()
	client, history, r := fixture(t)
	history.broken = assert.AnError
	never := newJob(func(context.Context, string) (any, error) { panic("it must not run") })

	_, _, err := r.Run(t.Context(), never, window, job.Cron)

	assert.ErrorIs(t, err, assert.AnError)
	key := job.LockKey(never.Name, window)
	assert.Eventually(t, func() bool { return client.Exists(t.Context(), key).Val() == 0 }, time.Second, time.Millisecond)
}
