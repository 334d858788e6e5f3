package lifecycle

import (
	"context"
	"time"

	"shop/platform/parallel"
)

// stopPhase stops the parts of a phase side by side.
func (c *Coordinator) stopPhase(ctx context.Context, phase Phase) {
	limit := c.cfg.Budgets.of(phase)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	giveUp, cancelGiveUp := context.WithTimeout(ctx, limit-limit/10)
	defer cancelGiveUp()

	started := time.Now()
	running := map[*part]bool{}
	done := make(chan ended, len(c.parts))
	for _, p := range c.parts {
		if p.phase != phase {
			continue
		}
		running[p] = true
		if ctx.Err() == nil {
			go func() { done <- ended{p, parallel.Protect(func() error { return p.stop(giveUp) })} }()
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
