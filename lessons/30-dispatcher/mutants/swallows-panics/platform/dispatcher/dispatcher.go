package dispatcher

func (d *Dispatcher) run() {
	for work := range d.queue {
		func() {
			defer func() { _ = recover() }()
			work()
		}()
	}
}
