package grpcserver

import (
	"context"

	"google.golang.org/grpc"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
	"shop/platform/parallel"
)

// endWith runs the handler in a goroutine of its own and leaves it at the end of draining: the end of the interceptor ends the stream, and
// with it the handler.
func endWith(draining context.Context) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		ended := make(chan error, 1)
		go func() { ended <- parallel.Protect(func() error { return handler(srv, stream) }) }()
		select {
		case err := <-ended:
			return err
		case <-draining.Done():
			return grpcstatus.Error(errs.New(errs.Unavailable, "SHUTTING_DOWN", "this replica is stopping"))
		}
	}
}
