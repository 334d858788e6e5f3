package grpcclient

import (
	"context"
	"time"

	"google.golang.org/grpc"
)

// subtractOverheadUnary gives the called service less time than this one has, so that its timeout still arrives as an answer.
func subtractOverheadUnary(overhead time.Duration) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
	) error {
		// TODO: how much time does the called service get?
		return invoker(ctx, method, req, reply, cc, opts...)
	}
}

// subtractOverheadStream does the same for a stream, from its opening to its end.
func subtractOverheadStream(overhead time.Duration) grpc.StreamClientInterceptor {
	return func(
		ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		// TODO: as above. When is a stream over?
		return streamer(ctx, desc, cc, method, opts...)
	}
}

//stagecraft:drop
func withOverhead(ctx context.Context, overhead time.Duration) (context.Context, context.CancelFunc) {
	return nil, nil
}
