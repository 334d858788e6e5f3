package dispatcher

import "fmt"

func (d *Dispatcher) run() {
	for work := range d.queue {
		func() {
			defer func() {
				if value := recover(); value != nil {
					d.panicked(fmt.Errorf("panic: %v", value))
				}
			}()
			work()
		}()
	}
}
