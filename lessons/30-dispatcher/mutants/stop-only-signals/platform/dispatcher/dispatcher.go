package dispatcher

import "context"

// Stop takes no more work.
func (d *Dispatcher) Stop(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.stopped {
		d.stopped = true
		close(d.queue)
	}
	return nil
}
