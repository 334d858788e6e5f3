package dispatcher

import "shop/platform/parallel"

func (d *Dispatcher) run() {
	for work := range d.queue {
		d.mu.RLock()
		stopped := d.stopped
		d.mu.RUnlock()
		if stopped {
			continue
		}
		if err := parallel.Protect(func() error { work(); return nil }); err != nil {
			d.panicked(err)
		}
	}
}
