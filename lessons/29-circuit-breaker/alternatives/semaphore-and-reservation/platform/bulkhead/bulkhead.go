package bulkhead

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"shop/platform/errs"
)

// Bulkhead is shared by all callers of one dependency.
type Bulkhead struct {
	name    string
	cfg     Config
	running *semaphore.Weighted
	limiter *rate.Limiter
	metrics *Metrics
}

// New returns a Bulkhead.
func New(name string, cfg Config, metrics *Metrics) *Bulkhead {
	metrics.expect(name)
	return &Bulkhead{
		name: name, cfg: cfg, running: semaphore.NewWeighted(int64(cfg.Concurrency)), limiter: rate.NewLimiter(rate.Limit(cfg.Rate), cfg.Burst),
		metrics: metrics,
	}
}

// Do makes the call when the limits allow it.
func (b *Bulkhead) Do(ctx context.Context, call func() error) error {
	last := time.Now().Add(b.cfg.MaxWait)
	turn, cancel := context.WithDeadline(ctx, last)
	defer cancel()
	if b.running.Acquire(turn, 1) != nil {
		return b.refuse(ctx)
	}
	defer b.running.Release(1)
	reserved := b.limiter.Reserve()
	if time.Now().Add(reserved.Delay()).After(last) {
		reserved.Cancel()
		return b.refuse(ctx)
	}
	timer := time.NewTimer(reserved.Delay())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		reserved.Cancel()
		return ctx.Err()
	}
	b.metrics.inFlight.WithLabelValues(b.name).Inc()
	defer b.metrics.inFlight.WithLabelValues(b.name).Dec()
	return call()
}

//stagecraft:add
func (b *Bulkhead) refuse(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.metrics.rejected.WithLabelValues(b.name).Inc()
	return errs.New(errs.Unavailable, Reason, "%s is busy", b.name)
}

//stagecraft:drop
func (b *Bulkhead) enter(ctx context.Context) error { return nil }
