package health

import (
	"context"
)

// Stop ends the probes. It does not wait for a probe that ignores its context.
func (h *Health) Stop(context.Context) error {
	return nil
}
