package dispatcher_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"shop/platform/dispatcher"
	"shop/platform/parallel"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newDispatcher(t *testing.T, workers, queue int) *dispatcher.Dispatcher {
	t.Helper()
	d := dispatcher.New(workers, queue, func(err error) { t.Errorf("unexpected %v", err) })
	t.Cleanup(func() { require.NoError(t, d.Stop(context.Background())) })
	return d
}

// occupy fills all workers and the queue, and returns a function that lets the work end.
func occupy(t *testing.T, d *dispatcher.Dispatcher, workers, queue int) (release func()) {
	t.Helper()
	end := make(chan struct{})
	for range workers {
		begun := make(chan struct{})
		require.NoError(t, d.Submit(t.Context(), func() {
			close(begun)
			<-end
		}))
		<-begun
	}
	for range queue {
		require.NoError(t, d.Submit(t.Context(), func() {}))
	}
	return sync.OnceFunc(func() { close(end) })
}

func TestSubmit_RunsAtMostOneWorkPerWorker(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, 3, 10)
	var running, most, done atomic.Int64
	for range 100 {
		require.NoError(t, d.Submit(t.Context(), func() {
			now := running.Add(1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			done.Add(1)
			running.Add(-1)
		}))
	}

	require.NoError(t, d.Stop(t.Context()))

	assert.LessOrEqual(t, most.Load(), int64(3))
	assert.EqualValues(t, 100, done.Load(), "Stop waits for all that was accepted")
}

func TestSubmit_FullQueue_HoldsTheCallerUntilThereIsAPlace(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, 1, 2)
	release := occupy(t, d, 1, 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error, 1)
	go func() { cancelled <- d.Submit(ctx, func() { t.Error("it must not run") }) }()

	assert.ErrorIs(t, d.TrySubmit(func() { t.Error("it must not run") }), dispatcher.ErrFull)
	cancel()
	assert.ErrorIs(t, <-cancelled, context.Canceled)

	waiting := make(chan error, 1)
	go func() { waiting <- d.Submit(t.Context(), func() {}) }()
	release()
	assert.NoError(t, <-waiting)
}

func TestRun_Panic_IsReportedAndWorkerGoesOn(t *testing.T) {
	t.Parallel()
	reported := make(chan error, 1)
	d := dispatcher.New(1, 1, func(err error) { reported <- err })
	require.NoError(t, d.Submit(t.Context(), func() { panic("broken") }))

	var panicked *parallel.PanicError
	require.ErrorAs(t, <-reported, &panicked)
	assert.Equal(t, "broken", panicked.Value)
	assert.Contains(t, string(panicked.Stack), "dispatcher_test.go")
	ran := make(chan struct{})
	require.NoError(t, d.Submit(t.Context(), func() { close(ran) }))
	<-ran
	require.NoError(t, d.Stop(t.Context()))
}

func TestStop_RefusesWorkAndIsBounded(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, 1, 1)
	release := occupy(t, d, 1, 1)
	spent, cancel := context.WithCancel(t.Context())
	cancel()

	require.ErrorIs(t, d.Stop(spent), context.Canceled)
	release()
	require.NoError(t, d.Stop(t.Context()))

	assert.ErrorIs(t, d.Submit(t.Context(), func() {}), dispatcher.ErrStopped)
	assert.ErrorIs(t, d.TrySubmit(func() {}), dispatcher.ErrStopped)
}

func TestStop_WhileCallersSubmit_LosesNoAcceptedWork(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, 2, 2)
	var accepted, done atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for d.Submit(t.Context(), func() { done.Add(1) }) == nil {
				accepted.Add(1)
			}
		})
	}
	require.NoError(t, d.Stop(t.Context()))
	callers.Wait()

	assert.Equal(t, accepted.Load(), done.Load())
}

func TestMap_KeepsOrderAndErrorsPerItem(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, 4, 1)
	odd := errors.New("odd")

	results := dispatcher.Map(t.Context(), d, []int{0, 1, 2, 3, 4}, func(_ context.Context, n int) (int, error) {
		switch {
		case n == 4:
			panic("four")
		case n%2 == 1:
			return 0, odd
		}
		return 10 * n, nil
	})

	assert.Equal(t, []dispatcher.Result[int]{{Value: 0}, {Err: odd}, {Value: 20}, {Err: odd}}, results[:4])
	var panicked *parallel.PanicError
	assert.ErrorAs(t, results[4].Err, &panicked)
}

func TestMap_ContextEnds_ReturnsAtOnceAndStartsNoMoreItems(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, 1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan struct{})
	var begun atomic.Int64

	results := dispatcher.Map(ctx, d, []int{0, 1, 2, 3}, func(context.Context, int) (int, error) {
		begun.Add(1)
		cancel()
		<-end
		return 1, nil
	})

	close(end)
	for i, result := range results {
		assert.ErrorIs(t, result.Err, context.Canceled, "item %d", i)
	}
	require.NoError(t, d.Stop(t.Context()))
	assert.EqualValues(t, 1, begun.Load())
}

func TestMap_SeveralBatches_ShareTheWorkers(t *testing.T) {
	t.Parallel()
	d := newDispatcher(t, 2, 4)
	var running, most atomic.Int64
	var batches sync.WaitGroup
	for range 8 {
		batches.Go(func() {
			results := dispatcher.Map(t.Context(), d, make([]int, 20), func(context.Context, int) (bool, error) {
				now := running.Add(1)
				for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
				}
				running.Add(-1)
				return true, nil
			})
			assert.False(t, slices.ContainsFunc(results, func(r dispatcher.Result[bool]) bool { return !r.Value }))
		})
	}
	batches.Wait()
	assert.LessOrEqual(t, most.Load(), int64(2))
}
