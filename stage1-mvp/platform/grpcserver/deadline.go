package grpcserver

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
)

// deadlineUnary gives a deadline to calls that come without one, so that everything below has one to pass on.
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

// deadlineStream ends streams that last too long, even if their client allows more.
func deadlineStream(limit time.Duration) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		// A load balancer that watches our health would take the end of its stream for bad news.
		if strings.HasPrefix(info.FullMethod, healthPrefix) {
			return handler(srv, stream)
		}
		ctx, cancel := context.WithTimeout(stream.Context(), limit)
		defer cancel()
		return handler(srv, withContext(stream, ctx))
	}
}
