package dispatcher

import (
	"context"
	"sync"

	"shop/platform/parallel"
)

// Dispatcher is a slice under a lock. One condition wakes workers and callers.
type Dispatcher struct {
	mu       sync.Mutex
	changed  *sync.Cond
	queue    []func()
	limit    int
	idle     int
	workers  int
	stopped  bool
	panicked func(err error)
}

func New(workers, queue int, panicked func(err error)) *Dispatcher {
	d := &Dispatcher{limit: queue, workers: workers, panicked: panicked}
	d.changed = sync.NewCond(&d.mu)
	for range workers {
		go d.run()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.idle < workers {
		d.changed.Wait()
	}
	return d
}

func (d *Dispatcher) run() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		d.idle++
		d.changed.Broadcast()
		for len(d.queue) == 0 && !d.stopped {
			d.changed.Wait()
		}
		d.idle--
		if len(d.queue) == 0 {
			d.workers--
			d.changed.Broadcast()
			return
		}
		work := d.queue[0]
		d.queue = d.queue[1:]
		d.changed.Broadcast()
		d.mu.Unlock()
		if err := parallel.Protect(func() error { work(); return nil }); err != nil {
			d.panicked(err)
		}
		d.mu.Lock()
	}
}

// hasPlace is true for the queue, and for workers that wait.
//
//stagecraft:add
func (d *Dispatcher) hasPlace() bool { return len(d.queue) < d.limit+d.idle }

func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	defer context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.changed.Broadcast()
	})()
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		switch {
		case d.stopped:
			return ErrStopped
		case ctx.Err() != nil:
			return ctx.Err()
		case d.hasPlace():
			d.queue = append(d.queue, work)
			d.changed.Broadcast()
			return nil
		}
		d.changed.Wait()
	}
}

func (d *Dispatcher) TrySubmit(work func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.stopped:
		return ErrStopped
	case !d.hasPlace():
		return ErrFull
	}
	d.queue = append(d.queue, work)
	d.changed.Broadcast()
	return nil
}

func (d *Dispatcher) Stop(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.changed.Broadcast()
	})()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	d.changed.Broadcast()
	for d.workers > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d.changed.Wait()
	}
	return nil
}
