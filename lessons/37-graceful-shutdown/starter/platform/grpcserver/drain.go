package grpcserver

import (
	"context"

	"google.golang.org/grpc"
)

// endWith ends streams with draining. A client gets UNAVAILABLE, which tells it to open the stream again, at another replica.
func endWith(context.Context) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		// TODO: this lets the stream run for as long as its handler and its client like.
		return handler(srv, stream)
	}
}
