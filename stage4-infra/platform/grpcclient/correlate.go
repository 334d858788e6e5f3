package grpcclient

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"shop/platform/correlation"
)

func correlateUnary(
	ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	return invoker(correlate(ctx), method, req, reply, cc, opts...)
}

func correlateStream(
	ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return streamer(correlate(ctx), desc, cc, method, opts...)
}

func correlate(ctx context.Context) context.Context {
	if id := correlation.From(ctx); id != "" {
		return metadata.AppendToOutgoingContext(ctx, correlation.Header, id)
	}
	return ctx
}
