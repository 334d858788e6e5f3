package overload

import (
	"context"
	"time"

	"shop/platform/errs"
)

func (l *Limiter) check(ctx context.Context, p Priority, now time.Time) error {
	if p == Always {
		return nil
	}
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(now) < l.cfg.MinTime {
		l.metrics.shed(p, "deadline")
		return errs.New(errs.DeadlineExceeded, errs.DeadlineExceeded.String(), "too little time is left for an answer")
	}
	if float64(l.inFlight) > max(1, l.limit*shares[p]) {
		l.metrics.shed(p, "limit")
		return errs.New(errs.Unavailable, Reason, "overloaded, try again later")
	}
	return nil
}
