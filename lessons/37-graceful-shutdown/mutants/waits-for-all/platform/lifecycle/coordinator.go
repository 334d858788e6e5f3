package lifecycle

import (
	"context"
	"time"

	"shop/platform/parallel"
)

// stopPhase stops the parts of a phase side by side.
func (c *Coordinator) stopPhase(ctx context.Context, phase Phase) {
	limit := c.cfg.Budgets.of(phase)
	giveUp, cancel := context.WithTimeout(ctx, limit-limit/10)
	defer cancel()
	started := time.Now()
	done := make(chan ended, len(c.parts))
	running := 0
	for _, p := range c.parts {
		if p.phase != phase || !p.started {
			continue
		}
		if ctx.Err() != nil {
			c.summary.add(p, 0, ctx.Err())
			continue
		}
		running++
		go func() { done <- ended{p, parallel.Protect(func() error { return p.stop(giveUp) })} }()
	}
	for range running {
		e := <-done
		c.summary.add(e.part, time.Since(started), e.err)
	}
}
