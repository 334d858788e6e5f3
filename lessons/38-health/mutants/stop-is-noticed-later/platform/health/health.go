package health

// Shutdown makes the process not ready, for good: no probe that succeeds later turns it back. It stays alive.
func (h *Health) Shutdown() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shutdown = true
}
