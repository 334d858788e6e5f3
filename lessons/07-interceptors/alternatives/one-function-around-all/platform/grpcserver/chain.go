package grpcserver

import (
	"context"
	"time"

	"google.golang.org/grpc"
)

// Unary calls and streams each have one function that does all that needs to see the end of a call, and gRPC's own types for the rest.
func newChain(p Params) (unary []grpc.UnaryServerInterceptor, stream []grpc.StreamServerInterceptor) {
	w, limit, permit := watcher{p, newMetrics(p.Registry)}, limitRate(p.Config), authorize(p)
	unary = append(unary, func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
		err = w.watch(ctx, info.FullMethod, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, p.Config.DefaultTimeout)
			defer cancel()
			return limit(ctx, info.FullMethod, func(ctx context.Context) error {
				return permit(ctx, info.FullMethod, func(ctx context.Context) error {
					resp, err = handler(ctx, req)
					return err
				})
			})
		})
		return resp, err
	})
	stream = append(stream, func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		return w.watch(ss.Context(), info.FullMethod, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, p.Config.StreamTimeout)
			defer cancel()
			return limit(ctx, info.FullMethod, func(ctx context.Context) error {
				return permit(ctx, info.FullMethod, func(ctx context.Context) error { return handler(srv, &contextStream{ss, ctx}) })
			})
		})
	})
	return unary, stream
}

//stagecraft:add
type watcher struct {
	Params
	*metrics
}

//stagecraft:add
func (w watcher) watch(ctx context.Context, method string, call func(ctx context.Context) error) error {
	return correlate(ctx, method, func(ctx context.Context) error {
		started := time.Now()
		err := w.run(ctx, method, call)
		w.count(method, err, time.Since(started))
		return err
	})
}

//stagecraft:add
func (w watcher) run(ctx context.Context, method string, call func(ctx context.Context) error) error {
	return logCalls(w.Service, w.Log)(ctx, method, func(ctx context.Context) error {
		return mapErrors(ctx, method, func(ctx context.Context) error { return recoverPanic(ctx, method, call) })
	})
}
