package dispatcher

import "context"

// Submit queues the work.
func (d *Dispatcher) Submit(ctx context.Context, work func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.TrySubmit(work)
}
