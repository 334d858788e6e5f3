package grpcserver

import (
	"context"

	"google.golang.org/grpc"
)

// endWith ends streams with draining.
func endWith(draining context.Context) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		ctx, cancel := context.WithCancel(stream.Context())
		defer cancel()
		defer context.AfterFunc(draining, cancel)()
		return handler(srv, &endingStream{contextStream{ServerStream: stream, ctx: ctx}})
	}
}
