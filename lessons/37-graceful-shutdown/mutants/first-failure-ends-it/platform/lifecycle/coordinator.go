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
			c.awaitEndpoints(ctx)
			continue
		}
		c.stopPhase(ctx, phase)
		if err := c.summary.Err(); err != nil && ctx.Err() == nil {
			return err
		}
	}
	c.summary.Took = time.Since(started)
	c.summary.Interrupted = ctx.Err() != nil
	return c.summary.Err()
}
