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
		ctx, cancel := withOverhead(ctx, overhead)
		defer cancel()
		return invoker(ctx, method, req, reply, cc, opts...)
	}
}

func subtractOverheadStream(overhead time.Duration) grpc.StreamClientInterceptor {
	return func(
		ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		ctx, cancel := withOverhead(ctx, overhead)
		stream, err := streamer(ctx, desc, cc, method, append(opts, grpc.OnFinish(func(error) { cancel() }))...)
		if err != nil {
			cancel()
			return nil, err
		}
		return stream, nil
	}
}

// withOverhead subtracts at most half of the time that is left, so that a short deadline does not become an immediate failure.
func withOverhead(ctx context.Context, overhead time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline.Add(-min(overhead, time.Until(deadline)/2)))
}
