package dispatcher_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"shop/platform/dispatcher"
)

func TestZZDispatcherStop(t *testing.T) {
	var done atomic.Int64
	d := zzdOccupy(t, 2, 3, 3, func() { done.Add(1) })
	short, cancel := context.WithCancel(context.Background())
	bounded := zzdCall(func() error { return d.Stop(short) })
	zzdBegun(d.Dispatcher)
	zzdSettle()
	select {
	case err := <-bounded:
		zzdFail(t, zzdFailure{"early", "Stop while work is in progress", "it waits", fmt.Sprintf("it returned %v", err), "the next part that stops is the database, and this work needs it"})
	default:
	}
	cancel()
	f := zzdFailure{"unbounded", "Stop whose context ends while work is in progress", "context canceled", "", "one stuck piece of work uses up the time of all parts that stop after it"}
	if err := zzdAwait(t, bounded, f); !errors.Is(err, context.Canceled) {
		f.seen = fmt.Sprint(err)
		zzdFail(t, f)
	}
	zzdRefuses(t, d.Dispatcher, "while it stops", &done)
	d.release()
	for range 2 { // a second Stop waits as well, and does no harm
		zzdStopped(t, d.Dispatcher)
	}
	if n := done.Load(); n != 3 {
		zzdFail(t, zzdFailure{"lost", "a queue of 3 at the time of the stop", "all are done", fmt.Sprintf("%d are", n), "Submit has returned without an error: its caller relies on it"})
	}
	zzdRefuses(t, d.Dispatcher, "after it has stopped", &done)
	zzdStopInTheMiddle(t)
}

// zzdBegun waits until the stop has begun, which a call that does not wait shows. It leaves it to the test to find out that it has not.
func zzdBegun(d *dispatcher.Dispatcher) {
	begun := make(chan struct{})
	go func() {
		defer close(begun)
		for range 1000 {
			if errors.Is(d.TrySubmit(func() {}), dispatcher.ErrStopped) {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	select {
	case <-begun:
	case <-time.After(zzdPatience):
	}
}

func zzdRefuses(t *testing.T, d *dispatcher.Dispatcher, when string, done *atomic.Int64) {
	t.Helper()
	for name, submit := range map[string]func() error{
		"Submit":    func() error { return d.Submit(context.Background(), func() { done.Add(100) }) },
		"TrySubmit": func() error { return d.TrySubmit(func() { done.Add(100) }) },
	} {
		f := zzdFailure{"accepted", name + " to a dispatcher " + when, "ErrStopped", "", "work that is accepted now has no worker"}
		if err := zzdAwait(t, zzdCall(submit), f); !errors.Is(err, dispatcher.ErrStopped) {
			f.seen = fmt.Sprint(err)
			zzdFail(t, f)
		}
	}
}

// zzdStopInTheMiddle stops a dispatcher while callers submit and wait for places. What was accepted is done, what was not is not.
func zzdStopInTheMiddle(t *testing.T) {
	t.Helper()
	for round := range 200 {
		d := zzdNew(t, 2, 1)
		var accepted, done atomic.Int64
		var callers sync.WaitGroup
		refused := make(chan error, 6)
		for caller := range 6 {
			work := func() { done.Add(1) }
			submit := func() error { return d.Submit(context.Background(), work) }
			if caller%2 == 0 {
				submit = func() error { return d.TrySubmit(work) }
			}
			callers.Go(func() {
				err := submit()
				for ; err == nil || errors.Is(err, dispatcher.ErrFull); err = submit() {
					if err == nil {
						accepted.Add(1)
					}
					runtime.Gosched()
				}
				refused <- err
			})
		}
		for done.Load() < int64(round%7) {
			zzdSettle()
		}
		stopped := zzdCall(func() error { return d.Stop(context.Background()) })
		f := zzdFailure{"stuck", "Stop while callers submit", "all calls return", "", "callers that wait for a place when the stop begins must get an answer"}
		zzdAwait(t, stopped, f)
		atStop := done.Load()
		zzdAwait(t, zzdCall(func() error { callers.Wait(); return nil }), f)
		for range cap(refused) {
			if err := <-refused; !errors.Is(err, dispatcher.ErrStopped) {
				zzdFail(t, zzdFailure{"accepted", "a caller that submits while the dispatcher stops", "ErrStopped in the end", fmt.Sprint(err), "it must know that its work is not done"})
			}
		}
		if a := accepted.Load(); a != atStop || a != done.Load() {
			zzdFail(t, zzdFailure{"lost", fmt.Sprintf("a stop while six callers submit (try %d)", round+1), fmt.Sprintf("all %d that were accepted are done when Stop returns", a),
				fmt.Sprintf("%d are done, and %d after all callers have returned", atStop, done.Load()), "Submit has returned without an error: its caller relies on it"})
		}
	}
}

func TestZZDispatcherLeak(t *testing.T) {
	before := goleak.IgnoreCurrent()
	for range 20 {
		d := zzdOccupy(t, 3, 2, 2, func() {})
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = zzdAwait(t, zzdSubmit(ctx, d.Dispatcher, func() {}), zzdFailure{"stuck", "Submit with a context that has ended", "its error", "", "the caller waits for nothing"})
		_ = zzdAwait(t, zzdCall(func() error { return d.Stop(ctx) }), zzdFailure{"stuck", "Stop with a context that has ended", "its error", "", "the process cannot end"})
		d.release()
		zzdStopped(t, d.Dispatcher)
		if err := d.TrySubmit(func() {}); !errors.Is(err, dispatcher.ErrStopped) {
			zzdFail(t, zzdFailure{"accepted", "TrySubmit to a dispatcher that has stopped", "ErrStopped", fmt.Sprint(err), "it would start work again in a process that ends"})
		}
	}
	if err := goleak.Find(before); err != nil {
		zzdFail(t, zzdFailure{"goroutines", "what runs after 20 dispatchers have stopped", "nothing", fmt.Sprintf("%.600s", err),
			"each start leaves goroutines behind, with all that they refer to"})
	}
}
