package health

import (
	"context"
)

// Stop ends the probes. It does not wait for a probe that ignores its context.
func (h *Health) Stop(context.Context) error {
	h.cancel()
	h.running.Wait()
	for _, m := range h.monitors {
		<-m.running
	}
	return nil
}
