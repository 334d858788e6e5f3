package grpcclient

import (
	"context"

	"shop/platform/grpcstatus"

	"google.golang.org/grpc"
)

func mapErrorsUnary(
	ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	return grpcstatus.Parse(invoker(ctx, method, req, reply, cc, opts...))
}

func mapErrorsStream(
	ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := streamer(ctx, desc, cc, method, opts...)
	if err != nil {
		return nil, grpcstatus.Parse(err)
	}
	return &mappedStream{stream}, nil
}

type mappedStream struct{ grpc.ClientStream }

// RecvMsg leaves io.EOF, the end of the stream, as it is: it has no status.
func (s *mappedStream) RecvMsg(m any) error { return grpcstatus.Parse(s.ClientStream.RecvMsg(m)) }

func (s *mappedStream) SendMsg(m any) error { return grpcstatus.Parse(s.ClientStream.SendMsg(m)) }
