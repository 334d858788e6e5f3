package health

import (
	"context"
)

// State returns the state now.
func (h *Health) State() State {
	for _, m := range h.monitors {
		_ = m.Check(context.Background())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s := State{Ready: h.ready, Stopping: h.shutdown, Probes: make(map[string]bool, len(h.monitors))}
	for _, m := range h.monitors {
		s.Probes[m.Name] = m.up
	}
	return s
}
