package lifecycle

import (
	"context"
	"time"

	"shop/platform/parallel"
)

// stopPhase stops the parts of a phase one after the other.
func (c *Coordinator) stopPhase(ctx context.Context, phase Phase) {
	limit := c.cfg.Budgets.of(phase)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	giveUp, cancelGiveUp := context.WithTimeout(ctx, limit-limit/10)
	defer cancelGiveUp()

	for _, p := range c.parts {
		if p.phase != phase || !p.started {
			continue
		}
		started := time.Now()
		if ctx.Err() != nil {
			c.summary.add(p, 0, ctx.Err())
			continue
		}
		done := make(chan error, 1)
		go func() { done <- parallel.Protect(func() error { return p.stop(giveUp) }) }()
		select {
		case err := <-done:
			c.summary.add(p, time.Since(started), err)
		case <-ctx.Done():
			c.summary.add(p, time.Since(started), ctx.Err())
		}
	}
}
