package lifecycle

import (
	"context"
	"sync"
	"time"

	"shop/platform/parallel"
)

// stop visits each phase, also after a second signal, so that all parts are in the summary.
func (c *Coordinator) stop(ctx context.Context) error {
	defer func(started time.Time) {
		c.summary.Took, c.summary.Interrupted = time.Since(started), ctx.Err() != nil
	}(time.Now())
	for _, phase := range phases {
		switch {
		case phase == EndpointWait:
			c.awaitEndpoints(ctx)
		case ctx.Err() != nil:
			for _, p := range c.of(phase) {
				c.summary.add(p, 0, ctx.Err())
			}
		default:
			c.stopPhase(ctx, phase)
		}
	}
	return c.summary.Err()
}

// of returns the parts of a phase that were started.
//
//stagecraft:add
func (c *Coordinator) of(phase Phase) (parts []*part) {
	for _, p := range c.parts {
		if p.started && p.phase == phase {
			parts = append(parts, p)
		}
	}
	return parts
}

// stopPhase gives each part a goroutine that writes its outcome, unless the phase is over.
func (c *Coordinator) stopPhase(ctx context.Context, phase Phase) {
	budget := c.cfg.Budgets.of(phase)
	begun := time.Now()
	deadline := begun.Add(budget)
	soft, end := context.WithDeadline(ctx, begun.Add(budget*9/10))
	defer end()

	var (
		mu      sync.Mutex
		over    bool
		pending = map[*part]struct{}{}
		all     sync.WaitGroup
	)
	for _, p := range c.of(phase) {
		pending[p] = struct{}{}
	}
	for _, p := range c.of(phase) {
		all.Go(func() {
			err := parallel.Protect(func() error { return p.stop(soft) })
			mu.Lock()
			defer mu.Unlock()
			if !over {
				delete(pending, p)
				c.summary.add(p, time.Since(begun), err)
			}
		})
	}
	hard, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	err := parallel.Await(hard, all.Wait)
	mu.Lock()
	defer mu.Unlock()
	over = true
	for p := range pending {
		c.summary.add(p, time.Since(begun), err)
	}
}
