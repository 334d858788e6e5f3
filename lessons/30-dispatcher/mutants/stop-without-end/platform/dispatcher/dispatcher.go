package dispatcher

import "context"

// Stop waits until all that was accepted is done.
func (d *Dispatcher) Stop(_ context.Context) error {
	d.mu.Lock()
	if !d.stopped {
		d.stopped = true
		close(d.queue)
	}
	d.mu.Unlock()
	d.workers.Wait()
	return nil
}
