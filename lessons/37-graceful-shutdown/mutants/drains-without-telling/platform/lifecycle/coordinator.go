package lifecycle

import (
	"context"
	"time"
)

// stop begins with the server.
func (c *Coordinator) stop(ctx context.Context) error {
	started := time.Now()
	c.stopPhase(ctx, Server)
	for _, phase := range phases {
		switch phase {
		case EndpointWait, Server:
		default:
			c.stopPhase(ctx, phase)
		}
	}
	c.summary.Took = time.Since(started)
	c.summary.Interrupted = ctx.Err() != nil
	return c.summary.Err()
}
