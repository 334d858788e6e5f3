package dispatcher

import (
	"context"
)

// Submit queues the work.
func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	d.mu.RLock()
	stopped := d.stopped
	d.mu.RUnlock()
	if stopped {
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
