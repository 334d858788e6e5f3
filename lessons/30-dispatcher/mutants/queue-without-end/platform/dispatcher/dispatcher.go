package dispatcher

// TrySubmit starts a goroutine that waits in place of its caller.
func (d *Dispatcher) TrySubmit(work func()) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.stopped {
		return ErrStopped
	}
	select {
	case d.queue <- work:
	default:
		go func() {
			defer func() { _ = recover() }()
			d.queue <- work
		}()
	}
	return nil
}
