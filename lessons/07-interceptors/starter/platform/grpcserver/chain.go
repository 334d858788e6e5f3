package grpcserver

import (
	"context"

	"google.golang.org/grpc"
)

// newChain returns the interceptors of a server for unary calls and streams, outermost first. They share metrics, limit and rules.
func newChain(p Params) (unary []grpc.UnaryServerInterceptor, stream []grpc.StreamServerInterceptor) {
	// TODO: these are in alphabetical order. Which is the right one?
	shared := []interceptor{
		authorize(p), correlate, limitRate(p.Config), logCalls(p.Service, p.Log), mapErrors, newMetrics(p.Registry).observe, recoverPanic,
	}
	for _, i := range shared {
		unary, stream = append(unary, i.unary), append(stream, i.stream)
	}
	unary = append(unary, defaultDeadline(p.Config.DefaultTimeout).unary)
	stream = append(stream, limitDuration(p.Config.StreamTimeout).stream)
	return unary, stream
}

// authorize applies the rules of the service and the public methods that every server has.
func authorize(p Params) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		// TODO: ask an auth.Authorizer, and give the handler its context.
		return next(ctx)
	}
}

// mapErrors gives the errors of all use cases their gRPC status.
func mapErrors(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	// TODO: the status for the client, the chain for the log.
	return next(ctx)
}
