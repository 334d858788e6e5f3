package dispatcher

import "context"

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
	d.queue <- work
	return nil
}
