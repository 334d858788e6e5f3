package dispatcher

import "context"

// Dispatcher has workers that run until Stop.
type Dispatcher struct {
	// TODO: what it needs to know.
}

// New returns a Dispatcher that runs. panicked gets the *parallel.PanicError of work that panics; its worker goes on with other work.
func New(workers, queue int, panicked func(err error)) *Dispatcher {
	// TODO: start the workers.
	return &Dispatcher{}
}

//stagecraft:drop
func (d *Dispatcher) run() {}

// Submit queues the work. While the queue is full it waits, which slows the caller down to the speed of the workers, and returns the error
// of ctx when that ends first. Work must not wait for other work of the same dispatcher.
func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	// TODO: this runs all work at once, without a limit.
	go work()
	return nil
}

// TrySubmit is Submit for a caller that does not wait: it returns ErrFull instead.
func (d *Dispatcher) TrySubmit(work func()) error {
	// TODO
	go work()
	return nil
}

// Stop takes no more work, and waits until all that was accepted is done, but not longer than ctx allows.
func (d *Dispatcher) Stop(ctx context.Context) error {
	// TODO
	return nil
}
