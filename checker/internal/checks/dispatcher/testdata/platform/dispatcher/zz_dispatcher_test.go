// Hidden checks of the lesson on the dispatcher. They use only names that the lesson gives.
package dispatcher_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"shop/platform/dispatcher"
	"shop/platform/parallel"
)

func TestZZDispatcherBounded(t *testing.T) {
	for _, size := range []struct{ workers, queue int }{{1, 1}, {3, 4}, {4, 0}} {
		var waited atomic.Int64
		d := zzdOccupy(t, size.workers, size.queue, size.queue, func() { waited.Add(1) })
		zzdSettle()
		what := fmt.Sprintf("a dispatcher with %d workers, all busy, and %d entries in its queue", size.workers, size.queue)
		if n := waited.Load(); n > 0 {
			zzdFail(t, zzdFailure{"too-many", what, "what is queued waits for a worker", fmt.Sprintf("%d more are at work", n),
				"the number of workers is the share of connections and memory that this work may take"})
		}
		err := zzdAwait(t, zzdCall(func() error { return d.TrySubmit(func() { waited.Add(1) }) }),
			zzdFailure{"waits", "TrySubmit to " + what, "ErrFull at once", "", "its caller has asked not to wait"})
		if !errors.Is(err, dispatcher.ErrFull) {
			zzdFail(t, zzdFailure{"unbounded", "TrySubmit to " + what, "ErrFull", fmt.Sprintf("%v", err),
				"a queue without an end hides the overload until the memory is gone, and everything in it comes too late"})
		}
		d.release()
		zzdStopped(t, d.Dispatcher)
		if n := waited.Load(); n != int64(size.queue) {
			zzdFail(t, zzdFailure{"lost", what + ", then stopped", fmt.Sprintf("%d of the queue are done", size.queue), fmt.Sprintf("%d", n), "accepted means done"})
		}
	}
}

func TestZZDispatcherBackPressure(t *testing.T) {
	var ran atomic.Int64
	d := zzdOccupy(t, 1, 1, 1, func() {})
	ctx, cancel := context.WithCancel(context.Background())
	given := zzdSubmit(ctx, d.Dispatcher, func() { ran.Add(1) })
	patient := zzdSubmit(context.Background(), d.Dispatcher, func() { ran.Add(100) })
	zzdSettle()
	for _, returned := range []<-chan error{given, patient} {
		select {
		case err := <-returned:
			zzdFail(t, zzdFailure{"no-wait", "Submit to a full queue", "it waits for a place", fmt.Sprintf("it returned %v", err),
				"the caller must become as slow as the workers; otherwise it brings more and more"})
		default:
		}
	}
	cancel()
	f := zzdFailure{"gave-up", "Submit to a full queue, whose context ends", "context canceled", "", "its client has hung up, and its goroutine waits on"}
	if err := zzdAwait(t, given, f); !errors.Is(err, context.Canceled) {
		f.seen = fmt.Sprint(err)
		zzdFail(t, f)
	}
	d.release()
	f = zzdFailure{"place", "Submit to a full queue that gets a place", "no error", "", "a place has become free"}
	if err := zzdAwait(t, patient, f); err != nil {
		f.seen = fmt.Sprint(err)
		zzdFail(t, f)
	}
	zzdStopped(t, d.Dispatcher)
	if n := ran.Load(); n != 100 {
		zzdFail(t, zzdFailure{"refused-ran", "the work of a caller that gave up, and of one that waited", "the second one alone has run",
			map[int64]string{0: "neither has", 1: "the first one alone", 101: "both"}[n], "an error says that the work does not happen, and no error that it does"})
	}

	// An ended context never gets in, also when there is a place.
	for range 50 {
		idle := zzdNew(t, 1, 5)
		if err := idle.Submit(ctx, func() { ran.Add(1) }); !errors.Is(err, context.Canceled) {
			zzdFail(t, zzdFailure{"ended", "Submit with a context that has ended, to an idle dispatcher", "context canceled", fmt.Sprint(err),
				"a select with two ready cases takes either: half of the work is done for a client that is gone"})
		}
		zzdStopped(t, idle)
	}
	if ran.Load() != 100 {
		zzdFail(t, zzdFailure{"refused-ran", "work whose Submit returned an error", "it does not run", "it ran", "an error says that the work does not happen"})
	}
}

func TestZZDispatcherPanic(t *testing.T) {
	const panics = 5
	reported := make(chan error, 2*panics)
	d := dispatcher.New(2, 2*panics, func(err error) { reported <- err })
	for i := range panics {
		f := zzdFailure{"worker-lost", fmt.Sprintf("Submit after %d pieces of work have panicked", i), "it returns", "", "a worker that ends with its work is never replaced"}
		if err := zzdAwait(t, zzdSubmit(context.Background(), d, func() { panic(fmt.Sprintf("number %d", i)) }), f); err != nil {
			f.seen = fmt.Sprint(err)
			zzdFail(t, f)
		}
		trace := zzdFailure{"unreported", "work that panics", "panicked is called", "", "a panic that leaves no trace is found by a customer"}
		if i >= 2 { // as many panics as workers were reported
			trace = f
			trace.expected = "it runs"
		}
		err := zzdAwait(t, reported, trace)
		var cause *parallel.PanicError
		if !errors.As(err, &cause) || cause.Value != fmt.Sprintf("number %d", i) || len(cause.Stack) == 0 {
			zzdFail(t, zzdFailure{"cause", "the error that panicked gets", "a *parallel.PanicError with the value and the stack", fmt.Sprintf("%T: %v", err, err),
				"the log needs the value and where it came from"})
		}
	}
	// Both workers must still be there: two pieces of work that wait for each other.
	meet := make(chan struct{})
	f := zzdFailure{"worker-lost", "two pieces of work at the same time, after five panics on two workers", "both run", "", "a worker that ends with its work is never replaced"}
	for range 2 {
		zzdAwait(t, zzdSubmit(context.Background(), d, func() {
			select {
			case meet <- struct{}{}:
			case <-meet:
			}
		}), f)
	}
	stopped := zzdCall(func() error { return d.Stop(context.Background()) })
	zzdAwait(t, stopped, f)
	select {
	case err := <-reported:
		zzdFail(t, zzdFailure{"cause", "panicked", "one call for each panic", fmt.Sprintf("one more call: %v", err), "alarms count them"})
	default:
	}
}
