package grpcserver

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"stagecraft/stage1-mvp/platform/correlation"
)

func correlateUnary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	return handler(correlate(ctx), req)
}

func correlateStream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return handler(srv, withContext(stream, correlate(stream.Context())))
}

func correlate(ctx context.Context) context.Context {
	var id string
	if ids := metadata.ValueFromIncomingContext(ctx, correlation.Header); len(ids) > 0 {
		id = ids[0]
	}
	return correlation.With(ctx, id)
}

// contextStream is a stream with another context: the way a stream interceptor passes values on.
type contextStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *contextStream) Context() context.Context { return s.ctx }

func withContext(stream grpc.ServerStream, ctx context.Context) grpc.ServerStream {
	return &contextStream{ServerStream: stream, ctx: ctx}
}
