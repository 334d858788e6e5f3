package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// stop runs the phases, one after the other.
func (c *Coordinator) stop(ctx context.Context) error {
	begin := time.Now()
	run := func(phase Phase) { c.stopPhase(ctx, phase) }
	run(NotServing)
	c.awaitEndpoints(ctx)
	for _, phase := range []Phase{Server, Cron, Consumers, Relay, Clients, Broker, Redis, Database, Telemetry} {
		run(phase)
	}
	err := c.summary.Err()
	c.summary.Took = time.Since(begin)
	c.summary.Interrupted = errors.Is(ctx.Err(), context.Canceled)
	return err
}

// stopPhase starts all parts and collects their results in the order of the parts, each with the same end.
func (c *Coordinator) stopPhase(ctx context.Context, phase Phase) {
	budget := c.cfg.Budgets.of(phase)
	end, cancel := context.WithTimeoutCause(ctx, budget, nil)
	defer cancel()
	soft, cancelSoft := context.WithTimeout(ctx, budget/10*9)
	defer cancelSoft()
	begin := time.Now()
	type result struct {
		err  error
		took time.Duration
	}
	results := make([]chan result, len(c.parts))
	for i, p := range c.parts {
		if p.phase != phase || !p.started || ctx.Err() != nil {
			continue
		}
		results[i] = make(chan result, 1)
		go func() {
			var r result
			defer func() {
				if value := recover(); value != nil {
					r.err = fmt.Errorf("panic: %v", value)
				}
				r.took = time.Since(begin)
				results[i] <- r
			}()
			r.err = p.stop(soft)
		}()
	}
	for i, p := range c.parts {
		if p.phase != phase || !p.started {
			continue
		}
		if results[i] == nil {
			c.summary.add(p, 0, ctx.Err())
			continue
		}
		select {
		case r := <-results[i]:
			c.summary.add(p, r.took, r.err)
			continue
		default:
		}
		select {
		case r := <-results[i]:
			c.summary.add(p, r.took, r.err)
		case <-end.Done():
			c.summary.add(p, time.Since(begin), end.Err())
		}
	}
}
