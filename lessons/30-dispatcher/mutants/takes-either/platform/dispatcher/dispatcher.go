package dispatcher

import "context"

// Submit queues the work.
func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.stopped {
		return ErrStopped
	}
	select {
	case d.queue <- work:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
