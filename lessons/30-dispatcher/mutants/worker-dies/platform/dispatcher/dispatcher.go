package dispatcher

import "shop/platform/parallel"

func (d *Dispatcher) run() {
	err := parallel.Protect(func() error {
		for work := range d.queue {
			work()
		}
		return nil
	})
	if err != nil {
		d.panicked(err)
	}
}
