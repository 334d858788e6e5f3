package dispatcher

import (
	"context"

	"shop/platform/parallel"
)

// New returns a Dispatcher that runs.
func New(workers, queue int, panicked func(err error)) *Dispatcher {
	d := &Dispatcher{queue: make(chan func(), queue), panicked: panicked}
	for range workers {
		go d.run()
	}
	return d
}

// Submit queues the work.
func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.stopped {
		return ErrStopped
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	d.workers.Add(1)
	select {
	case d.queue <- d.counted(work):
		return nil
	case <-ctx.Done():
		d.workers.Done()
		return ctx.Err()
	}
}

//stagecraft:add
func (d *Dispatcher) counted(work func()) func() {
	return func() {
		defer d.workers.Done()
		work()
	}
}

// TrySubmit is Submit for a caller that does not wait.
func (d *Dispatcher) TrySubmit(work func()) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.stopped {
		return ErrStopped
	}
	d.workers.Add(1)
	select {
	case d.queue <- d.counted(work):
		return nil
	default:
		d.workers.Done()
		return ErrFull
	}
}

// Stop waits for the work that is open.
func (d *Dispatcher) Stop(ctx context.Context) error {
	return parallel.Await(ctx, func() {
		d.mu.Lock()
		d.stopped = true
		d.mu.Unlock()
		d.workers.Wait()
	})
}
