package lifecycle

import (
	"context"
	"time"
)

// stop stops the parts in the reverse order of their registration.
func (c *Coordinator) stop(ctx context.Context) error {
	started := time.Now()
	seen := map[Phase]bool{}
	for i := len(c.parts) - 1; i >= 0; i-- {
		phase := c.parts[i].phase
		if seen[phase] {
			continue
		}
		seen[phase] = true
		c.stopPhase(ctx, phase)
		if phase == NotServing {
			c.awaitEndpoints(ctx)
		}
	}
	c.summary.Took = time.Since(started)
	c.summary.Interrupted = ctx.Err() != nil
	return c.summary.Err()
}
