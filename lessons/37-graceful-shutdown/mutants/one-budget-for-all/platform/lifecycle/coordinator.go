package lifecycle

import (
	"context"
	"time"

	"shop/platform/parallel"
)

// stop runs all phases in their order.
func (c *Coordinator) stop(ctx context.Context) error {
	started := time.Now()
	var all time.Duration
	for _, phase := range phases {
		all += c.cfg.Budgets.of(phase)
	}
	ctx, cancel := context.WithTimeout(ctx, all)
	defer cancel()
	for _, phase := range phases {
		if phase == EndpointWait {
			c.awaitEndpoints(ctx)
			continue
		}
		c.stopPhase(ctx, phase)
	}
	c.summary.Took = time.Since(started)
	c.summary.Interrupted = ctx.Err() != nil
	return c.summary.Err()
}

// stopPhase stops the parts of a phase side by side.
func (c *Coordinator) stopPhase(ctx context.Context, phase Phase) {
	started := time.Now()
	running := map[*part]bool{}
	done := make(chan ended, len(c.parts))
	for _, p := range c.parts {
		if p.phase != phase || !p.started {
			continue
		}
		running[p] = true
		if ctx.Err() == nil {
			go func() { done <- ended{p, parallel.Protect(func() error { return p.stop(ctx) })} }()
		}
	}
	for len(running) > 0 {
		select {
		case e := <-done:
			delete(running, e.part)
			c.summary.add(e.part, time.Since(started), e.err)
		case <-ctx.Done():
			for p := range running {
				c.summary.add(p, time.Since(started), ctx.Err())
			}
			return
		}
	}
}
