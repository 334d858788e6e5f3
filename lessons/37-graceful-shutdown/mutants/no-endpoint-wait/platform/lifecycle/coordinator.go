package lifecycle

import (
	"context"
	"time"
)

// stop runs all phases in their order.
func (c *Coordinator) stop(ctx context.Context) error {
	started := time.Now()
	for _, phase := range phases {
		if phase == EndpointWait {
			continue
		}
		c.stopPhase(ctx, phase)
	}
	c.summary.Took = time.Since(started)
	c.summary.Interrupted = ctx.Err() != nil
	return c.summary.Err()
}
