package grpcserver

import (
	"context"
	"time"
)

func defaultDeadline(timeout time.Duration) interceptor {
	return func(ctx context.Context, _ string, next func(ctx context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return next(ctx)
	}
}
