// Package bulkhead limits what a service asks of one dependency at a time, and in a second. A slow dependency then holds up some callers and
// not all of the service, and one that is overloaded is not asked more and more.
package bulkhead

import (
	"context"

	"golang.org/x/time/rate"

	"shop/platform/errs"
)

// Reason is the reason of the error for a call that was not made.
const Reason = "DEPENDENCY_BUSY"

// Bulkhead is shared by all callers of one dependency.
type Bulkhead struct {
	name    string
	cfg     Config
	places  chan struct{}
	limiter *rate.Limiter
	metrics *Metrics
}

// New returns a Bulkhead. The name is the dependency in errors and metrics.
func New(name string, cfg Config, metrics *Metrics) *Bulkhead {
	metrics.expect(name)
	return &Bulkhead{
		name: name, cfg: cfg, places: make(chan struct{}, cfg.Concurrency), limiter: rate.NewLimiter(rate.Limit(cfg.Rate), cfg.Burst),
		metrics: metrics,
	}
}

// Do makes the call when the rate allows it and fewer than Concurrency calls are under way. It waits for that no longer than MaxWait, and
// then returns Unavailable with the reason DEPENDENCY_BUSY; or the error of ctx if that ends first.
func (b *Bulkhead) Do(ctx context.Context, call func() error) error {
	if err := b.enter(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b.metrics.rejected.WithLabelValues(b.name).Inc()
		return errs.Wrap(err, errs.Unavailable, Reason, "%s is busy, try again later", b.name)
	}
	inFlight := b.metrics.inFlight.WithLabelValues(b.name)
	inFlight.Inc()
	defer func() {
		inFlight.Dec()
		<-b.places
	}()
	return call()
}

func (b *Bulkhead) enter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.MaxWait)
	defer cancel()
	select {
	case b.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := b.limiter.Wait(ctx); err != nil {
		<-b.places
		return err
	}
	return nil
}
