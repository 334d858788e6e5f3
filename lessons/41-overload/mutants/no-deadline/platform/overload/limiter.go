package overload

import (
	"context"
	"time"

	"shop/platform/errs"
)

func (l *Limiter) check(_ context.Context, p Priority, _ time.Time) error {
	if p == Always {
		return nil
	}
	if float64(l.inFlight) >= max(1, l.limit*shares[p]) {
		l.metrics.shed(p, "limit")
		return errs.New(errs.Unavailable, Reason, "overloaded, try again later")
	}
	return nil
}
