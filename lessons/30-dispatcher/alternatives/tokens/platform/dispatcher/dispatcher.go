package dispatcher

import (
	"context"
	"sync"

	"shop/platform/parallel"
)

// Dispatcher starts a goroutine for each accepted work. Two semaphores bound them: places for all, turns for those at work.
type Dispatcher struct {
	places, turns chan struct{}
	panicked      func(err error)
	stopping      chan struct{}

	mu       sync.Mutex
	accepted sync.WaitGroup
	stop     sync.Once
}

func New(workers, queue int, panicked func(err error)) *Dispatcher {
	return &Dispatcher{
		places: make(chan struct{}, workers+queue), turns: make(chan struct{}, workers), panicked: panicked, stopping: make(chan struct{}),
	}
}

//stagecraft:drop
func (d *Dispatcher) run() {}

func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	if err := d.refusal(ctx); err != nil {
		return err
	}
	select {
	case d.places <- struct{}{}:
		return d.start(work)
	case <-ctx.Done():
		return ctx.Err()
	case <-d.stopping:
		return ErrStopped
	}
}

func (d *Dispatcher) TrySubmit(work func()) error {
	if err := d.refusal(context.Background()); err != nil {
		return err
	}
	select {
	case d.places <- struct{}{}:
		return d.start(work)
	default:
		return ErrFull
	}
}

//stagecraft:add
func (d *Dispatcher) refusal(ctx context.Context) error {
	select {
	case <-d.stopping:
		return ErrStopped
	default:
		return ctx.Err()
	}
}

// start has a place. The lock keeps Stop from waiting before the work is counted.
//
//stagecraft:add
func (d *Dispatcher) start(work func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.refusal(context.Background()); err != nil {
		<-d.places
		return err
	}
	d.accepted.Go(func() {
		d.turns <- struct{}{}
		defer func() { <-d.turns; <-d.places }()
		if err := parallel.Protect(func() error { work(); return nil }); err != nil {
			d.panicked(err)
		}
	})
	return nil
}

func (d *Dispatcher) Stop(ctx context.Context) error {
	d.mu.Lock()
	d.stop.Do(func() { close(d.stopping) })
	d.mu.Unlock()
	return parallel.Await(ctx, d.accepted.Wait)
}
