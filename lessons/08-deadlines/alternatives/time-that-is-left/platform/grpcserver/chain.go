package grpcserver

import (
	"context"
	"strings"
	"time"
)

func defaultDeadline(timeout time.Duration) interceptor {
	return within(timeout, func(ctx context.Context, _ string) bool {
		_, bounded := ctx.Deadline()
		return !bounded
	})
}

func limitDuration(limit time.Duration) interceptor {
	return within(limit, func(_ context.Context, method string) bool { return !strings.HasPrefix(method, healthPrefix) })
}

//stagecraft:add
func within(limit time.Duration, applies func(ctx context.Context, method string) bool) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		cancel := context.CancelFunc(func() {})
		if applies(ctx, method) {
			ctx, cancel = context.WithDeadline(ctx, time.Now().Add(limit))
		}
		err := next(ctx)
		cancel()
		return err
	}
}
