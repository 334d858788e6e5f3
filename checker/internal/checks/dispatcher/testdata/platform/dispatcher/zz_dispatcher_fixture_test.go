package dispatcher_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"shop/platform/dispatcher"
)

// zzdPatience is how long a test waits for what must happen at once.
const zzdPatience = 5 * time.Second

type zzdFailure struct{ id, what, expected, seen, why string }

func zzdFail(t *testing.T, f zzdFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what + " is wrong", "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzdAwait waits for an event that must come, and fails with f otherwise.
func zzdAwait[E any](t *testing.T, event <-chan E, f zzdFailure) (e E) {
	t.Helper()
	select {
	case e = <-event:
	case <-time.After(zzdPatience):
		if f.seen == "" {
			f.seen = fmt.Sprintf("nothing within %s", zzdPatience)
		}
		zzdFail(t, f)
	}
	return e
}

// zzdCall calls fn in a goroutine of its own. The channel gets its error.
func zzdCall(fn func() error) <-chan error {
	returned := make(chan error, 1)
	go func() { returned <- fn() }()
	return returned
}

func zzdSubmit(ctx context.Context, d *dispatcher.Dispatcher, work func()) <-chan error {
	return zzdCall(func() error { return d.Submit(ctx, work) })
}

// zzdSettle lets the other goroutines run until they wait.
func zzdSettle() {
	for range 3000 {
		runtime.Gosched()
	}
}

func zzdNew(t *testing.T, workers, queue int) *dispatcher.Dispatcher {
	t.Helper()
	return dispatcher.New(workers, queue, func(err error) {
		fmt.Printf("\npanicked was called without need: %v\n", err)
	})
}

// zzdBusy is a dispatcher all of whose workers are at work until release is called.
type zzdBusy struct {
	*dispatcher.Dispatcher
	release func()
}

// zzdOccupy returns a dispatcher whose workers are busy and whose queue has queued entries.
func zzdOccupy(t *testing.T, workers, queue, queued int, entry func()) zzdBusy {
	t.Helper()
	d := zzdNew(t, workers, queue)
	begun, end := make(chan struct{}, workers), make(chan struct{})
	for i := range workers {
		f := zzdFailure{"idle", fmt.Sprintf("Submit to a dispatcher with %d workers, %d of them busy", workers, i), "the work begins", "",
			"a worker that is free takes work at once"}
		err := zzdAwait(t, zzdSubmit(context.Background(), d, func() {
			begun <- struct{}{}
			<-end
		}), f)
		if err != nil {
			f.seen = fmt.Sprintf("the error %q", err)
			zzdFail(t, f)
		}
		zzdAwait(t, begun, f)
	}
	for i := range queued {
		f := zzdFailure{"queue", fmt.Sprintf("Submit to a queue of %d with %d entries", queue, i), "it returns, and the work waits", "",
			"a queue takes the peak of a moment; without it, every burst is an error"}
		if err := zzdAwait(t, zzdSubmit(context.Background(), d, entry), f); err != nil {
			f.seen = fmt.Sprintf("the error %q", err)
			zzdFail(t, f)
		}
	}
	return zzdBusy{d, sync.OnceFunc(func() { close(end) })}
}

func zzdStopped(t *testing.T, d *dispatcher.Dispatcher) {
	t.Helper()
	f := zzdFailure{"stop", "Stop of a dispatcher whose work is done", "no error", "", "the process cannot end"}
	if err := zzdAwait(t, zzdCall(func() error { return d.Stop(context.Background()) }), f); err != nil {
		f.seen = fmt.Sprintf("the error %q", err)
		zzdFail(t, f)
	}
}
