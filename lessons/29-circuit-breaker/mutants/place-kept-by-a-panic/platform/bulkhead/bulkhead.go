package bulkhead

import (
	"context"

	"shop/platform/errs"
)

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
	err := call()
	inFlight.Dec()
	<-b.places
	return err
}
