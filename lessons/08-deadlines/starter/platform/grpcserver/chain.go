package grpcserver

import (
	"context"
	"time"
)

// defaultDeadline gives a deadline to calls that come without one, so that all calls below have one to propagate.
func defaultDeadline(timeout time.Duration) interceptor {
	return func(ctx context.Context, _ string, next func(ctx context.Context) error) error {
		// TODO: a quarter of an hour is no bound for a unary call. Which calls need one, and from where does it come?
		ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
		defer cancel()
		return next(ctx)
	}
}

// limitDuration ends streams that last too long, even if their client allows more.
func limitDuration(limit time.Duration) interceptor {
	return func(ctx context.Context, _ string, next func(ctx context.Context) error) error {
		// TODO: how long may a stream last, and which streams may last for ever?
		ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
		defer cancel()
		return next(ctx)
	}
}
