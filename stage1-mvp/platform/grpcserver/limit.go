package grpcserver

import (
	"context"
	"strings"

	"golang.org/x/time/rate"
	"google.golang.org/grpc"

	"stagecraft/stage1-mvp/platform/errs"
)

const healthPrefix = "/grpc.health."

// The limit protects the server as a whole. Limits per client are up to the gateway, which alone knows the clients.
func limitUnary(limiter *rate.Limiter) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if err := take(limiter, info.FullMethod); err != nil {
			return nil, err
		}
		return handler(ctx, req)
	}
}

func limitStream(limiter *rate.Limiter) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		if err := take(limiter, info.FullMethod); err != nil {
			return err
		}
		return handler(srv, stream)
	}
}

func take(limiter *rate.Limiter, method string) error {
	// A busy server is not a sick one: health checks always pass.
	if strings.HasPrefix(method, healthPrefix) || limiter.Allow() {
		return nil
	}
	return errs.ToGRPC(errs.New(errs.RateLimited, "RATE_LIMITED", "too many requests, try again later"))
}
