package dispatcher_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"

	"shop/platform/dispatcher"
	"shop/platform/parallel"
)

func TestZZDispatcherMap(t *testing.T) {
	zzdMapResults(t)
	zzdMapShares(t)
	zzdMapEnds(t)
}

func zzdMapResults(t *testing.T) {
	t.Helper()
	d := zzdNew(t, 4, 2)
	odd := errors.New("odd")
	first := make(chan struct{})
	items := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	work := func(_ context.Context, n int) (string, error) {
		switch {
		case n == 0:
			<-first // the first one ends last
		case n == 9:
			close(first)
		case n == 5:
			panic("five")
		case n%2 == 1:
			return "", odd
		}
		return fmt.Sprint("item ", n), nil
	}
	results := zzdAwait(t, zzdMap(context.Background(), d, items, work),
		zzdFailure{"stuck", "Map of ten items on four workers", "it returns", "", "one item is slow, one panics, some fail: the others are not concerned"})
	var want []dispatcher.Result[string]
	for _, n := range items {
		switch {
		case n == 5:
			want = append(want, dispatcher.Result[string]{})
		case n%2 == 1 && n != 9:
			want = append(want, dispatcher.Result[string]{Err: odd})
		default:
			want = append(want, dispatcher.Result[string]{Value: fmt.Sprint("item ", n)})
		}
	}
	var failed error
	if len(results) == len(want) {
		failed, results[5].Err = results[5].Err, nil
	}
	if !reflect.DeepEqual(results, want) {
		zzdFail(t, zzdFailure{"results", "the results of ten items", fmt.Sprint(want), fmt.Sprint(results), "the caller matches results and items by their place"})
	}
	var cause *parallel.PanicError
	if !errors.As(failed, &cause) || cause.Value != "five" {
		zzdFail(t, zzdFailure{"panic", "the result of an item that panicked", "a *parallel.PanicError", fmt.Sprintf("%T: %v", failed, failed),
			"the other items are not concerned, and the process even less"})
	}
	if got := dispatcher.Map(context.Background(), d, nil, work); len(got) != 0 {
		zzdFail(t, zzdFailure{"results", "Map of no items", "no results", fmt.Sprint(got), "an empty batch is a batch"})
	}
	zzdStopped(t, d)
	after := zzdAwait(t, zzdMap(context.Background(), d, []int{2}, work), zzdFailure{"stuck", "Map on a dispatcher that has stopped", "it returns", "", "nothing will ever run there"})
	if len(after) != 1 || !errors.Is(after[0].Err, dispatcher.ErrStopped) {
		zzdFail(t, zzdFailure{"results", "Map on a dispatcher that has stopped", "ErrStopped for the item", fmt.Sprint(after), "it was not done"})
	}
}

func zzdMap[R any](ctx context.Context, d *dispatcher.Dispatcher, items []int, work func(context.Context, int) (R, error)) <-chan []dispatcher.Result[R] {
	returned := make(chan []dispatcher.Result[R], 1)
	go func() { returned <- dispatcher.Map(ctx, d, items, work) }()
	return returned
}

// zzdMapShares runs three batches on two workers.
func zzdMapShares(t *testing.T) {
	t.Helper()
	d := zzdNew(t, 2, 1)
	var running atomic.Int64
	begun, end := make(chan struct{}, 100), make(chan struct{})
	var batches []<-chan []dispatcher.Result[int]
	for range 3 {
		batches = append(batches, zzdMap(context.Background(), d, make([]int, 5), func(context.Context, int) (int, error) {
			running.Add(1)
			begun <- struct{}{}
			<-end
			return 0, nil
		}))
	}
	f := zzdFailure{"idle", "three batches on two workers", "two items begin", "", "a worker that is free takes work at once"}
	zzdAwait(t, begun, f)
	zzdAwait(t, begun, f)
	zzdSettle()
	if n := running.Load(); n != 2 {
		zzdFail(t, zzdFailure{"own-workers", "three batches on a dispatcher with two workers", "two items at work", fmt.Sprint(n),
			"a limit for each batch is no limit for the process"})
	}
	close(end)
	for _, batch := range batches {
		zzdAwait(t, batch, zzdFailure{"stuck", "three batches on two workers", "all return", "", "each batch gets its turn"})
	}
	zzdStopped(t, d)
}

// zzdMapEnds lets the context end while one item is at work and others wait.
func zzdMapEnds(t *testing.T) {
	t.Helper()
	d := zzdNew(t, 1, 2)
	ctx, cancel := context.WithCancel(context.Background())
	var began atomic.Int64
	begun, end := make(chan struct{}, 10), make(chan struct{})
	batch := zzdMap(ctx, d, make([]int, 6), func(own context.Context, _ int) (int, error) {
		if began.Add(1); own.Done() == nil {
			zzdPrintContext()
		}
		begun <- struct{}{}
		<-end
		return 1, nil
	})
	zzdAwait(t, begun, zzdFailure{"idle", "a batch on one worker", "one item begins", "", "a worker that is free takes work at once"})
	cancel()
	results := zzdAwait(t, batch, zzdFailure{"late", "Map whose context ends while an item is at work", "it returns at once", "",
		"the client is gone, or its deadline has passed: to wait for the slowest item helps no one"})
	for i, result := range results {
		if !errors.Is(result.Err, context.Canceled) || result.Value != 0 {
			zzdFail(t, zzdFailure{"ended", fmt.Sprintf("the result of item %d of a batch whose context has ended", i), "context canceled", fmt.Sprintf("%+v", result),
				"an item that is not done must not look done"})
		}
	}
	close(end)
	zzdStopped(t, d)
	if n := began.Load(); n != 1 {
		zzdFail(t, zzdFailure{"began-late", "a batch whose context ended while five items waited", "no further item begins", fmt.Sprintf("%d began after the end", n-1),
			"what waits in the queue is work for a client that is gone: ask for the context when the work begins"})
	}
}

func zzdPrintContext() { fmt.Println("the context of the work can never end: it is not that of Map") }
