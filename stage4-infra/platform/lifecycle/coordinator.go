package lifecycle

import (
	"context"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"go.uber.org/fx"

	"shop/platform/parallel"
)

// Coordinator stops a service, phase by phase. Parts register with Add.
//
// It is the only stop hook that Fx knows. Fx would run the hooks of all parts in the reverse order of their construction, with one timeout
// for all of them, and skip those that are left when it expires.
type Coordinator struct {
	cfg       Config
	lifecycle fx.Lifecycle
	parts     []*part
	summary   Summary
}

// part is something of the service that has to be stopped.
type part struct {
	phase   Phase
	name    string
	stop    func(ctx context.Context) error
	started bool
}

// NewCoordinator returns a Coordinator without parts that runs when Fx stops the application.
func NewCoordinator(lc fx.Lifecycle, cfg Config) *Coordinator {
	c := &Coordinator{cfg: cfg, lifecycle: lc}
	lc.Append(fx.StopHook(c.stopOrInterrupt))
	return c
}

// Add registers a part. Fx starts it, in the order of the calls of Add and Append; it stops in its phase, together with the other parts of
// that phase. A part that was not started is not stopped.
//
// The context of the stop ends shortly before the budget of the phase is spent. The part must then give up what it is waiting for, free
// what it holds, and return the error of the context.
func (c *Coordinator) Add(phase Phase, name string, hook fx.Hook) {
	p := &part{phase: phase, name: name, stop: hook.OnStop, started: hook.OnStart == nil}
	if p.stop != nil {
		c.parts = append(c.parts, p)
	}
	if hook.OnStart == nil {
		return
	}
	c.lifecycle.Append(fx.StartHook(func(ctx context.Context) error {
		if err := hook.OnStart(ctx); err != nil {
			return fmt.Errorf("start %s: %w", name, err)
		}
		p.started = true
		return nil
	}))
}

// Summary returns what the stop did.
func (c *Coordinator) Summary() Summary { return c.summary }

// stopOrInterrupt is stop that a second signal ends at once.
func (c *Coordinator) stopOrInterrupt(ctx context.Context) error {
	ctx, release := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer release()
	return c.stop(ctx)
}

// stop runs all phases in their order. Neither an error, nor a panic, nor a part that does not return keeps the next phase from running.
// Only the end of ctx does: stop then returns at once.
func (c *Coordinator) stop(ctx context.Context) error {
	started := time.Now()
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

// stopPhase stops the parts of a phase side by side. It returns when all have returned, when the budget is spent, or when ctx ends; it does
// not wait longer for a part that ignores its context.
func (c *Coordinator) stopPhase(ctx context.Context, phase Phase) {
	limit := c.cfg.Budgets.of(phase)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// The last tenth is for what a part does to give up.
	giveUp, cancelGiveUp := context.WithTimeout(ctx, limit-limit/10)
	defer cancelGiveUp()

	started := time.Now()
	running := map[*part]bool{}
	done := make(chan ended, len(c.parts))
	for _, p := range c.parts {
		if p.phase != phase || !p.started {
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

// ended is a part that has returned.
type ended struct {
	part *part
	err  error
}

// awaitEndpoints gives load balancers the time to take this replica out, if it had any requests to take.
func (c *Coordinator) awaitEndpoints(ctx context.Context) {
	for _, p := range c.parts {
		if p.phase != Server || !p.started {
			continue
		}
		started := time.Now()
		timer := time.NewTimer(c.cfg.Budgets.EndpointWait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		c.summary.add(&part{phase: EndpointWait, name: "load balancers"}, time.Since(started), ctx.Err())
		return
	}
}
