package dispatcher

// New returns a Dispatcher that runs.
func New(workers, queue int, panicked func(err error)) *Dispatcher {
	d := &Dispatcher{queue: make(chan func()), panicked: panicked}
	for range workers {
		d.workers.Go(d.run)
	}
	return d
}
