package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc"
)

// deadlineUnary gives calls without a deadline one, so that everything below has something to pass on.
func deadlineUnary(fallback time.Duration) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if _, ok := ctx.Deadline(); !ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, fallback)
			defer cancel()
		}
		return handler(ctx, req)
	}
}
