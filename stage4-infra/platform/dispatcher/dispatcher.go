// Package dispatcher runs work on a fixed number of workers, behind a queue of a fixed length. What many callers start together then takes
// no more than its share of the process: of connections, of memory, of time.
package dispatcher

import (
	"context"
	"errors"
	"sync"

	"shop/platform/parallel"
)

var (
	// ErrFull means that all workers are busy and the queue has no place.
	ErrFull = errors.New("the queue is full")
	// ErrStopped means that the dispatcher takes no more work.
	ErrStopped = errors.New("the dispatcher has stopped")
)

// Dispatcher has workers that run until Stop.
type Dispatcher struct {
	queue    chan func()
	panicked func(err error)
	workers  sync.WaitGroup

	// mu is held for reading while work is put into the queue, so that Stop does not close the queue meanwhile.
	mu      sync.RWMutex
	stopped bool
}

// New returns a Dispatcher that runs. panicked gets the *parallel.PanicError of work that panics; its worker goes on with other work.
func New(workers, queue int, panicked func(err error)) *Dispatcher {
	d := &Dispatcher{queue: make(chan func(), queue), panicked: panicked}
	for range workers {
		d.workers.Go(d.run)
	}
	return d
}

func (d *Dispatcher) run() {
	for work := range d.queue {
		err := parallel.Protect(func() error {
			work()
			return nil
		})
		if err != nil {
			d.panicked(err)
		}
	}
}

// Submit queues the work. While the queue is full it waits, which slows the caller down to the speed of the workers, and returns the error
// of ctx when that ends first. Work must not wait for other work of the same dispatcher.
func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.stopped {
		return ErrStopped
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case d.queue <- work:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TrySubmit is Submit for a caller that does not wait: it returns ErrFull instead.
func (d *Dispatcher) TrySubmit(work func()) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.stopped {
		return ErrStopped
	}
	select {
	case d.queue <- work:
		return nil
	default:
		return ErrFull
	}
}

// Stop takes no more work, and waits until all that was accepted is done, but not longer than ctx allows.
func (d *Dispatcher) Stop(ctx context.Context) error {
	return parallel.Await(ctx, func() {
		d.mu.Lock()
		if !d.stopped {
			d.stopped = true
			close(d.queue)
		}
		d.mu.Unlock()
		d.workers.Wait()
	})
}
