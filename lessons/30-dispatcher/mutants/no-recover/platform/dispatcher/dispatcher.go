package dispatcher

func (d *Dispatcher) run() {
	for work := range d.queue {
		work()
	}
}
