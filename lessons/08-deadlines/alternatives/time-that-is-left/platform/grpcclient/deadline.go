package grpcclient

import (
	"context"
	"time"

	"google.golang.org/grpc"
)

func subtractOverheadUnary(overhead time.Duration) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
	) error {
		deadline, bounded := ctx.Deadline()
		if bounded {
			left := time.Until(deadline)
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, max(left-overhead, left/2))
			defer cancel()
		}
		return invoker(ctx, method, req, reply, cc, opts...)
	}
}

func subtractOverheadStream(overhead time.Duration) grpc.StreamClientInterceptor {
	return func(
		ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		deadline, bounded := ctx.Deadline()
		if !bounded {
			return streamer(ctx, desc, cc, method, opts...)
		}
		left := time.Until(deadline)
		ctx, cancel := context.WithTimeout(ctx, max(left-overhead, left/2))
		stream, err := streamer(ctx, desc, cc, method, opts...)
		if err != nil {
			cancel()
			return nil, err
		}
		// The context of a stream ends when the stream does.
		context.AfterFunc(stream.Context(), cancel)
		return stream, nil
	}
}

//stagecraft:drop
func withOverhead(ctx context.Context, overhead time.Duration) (context.Context, context.CancelFunc) {
	return nil, nil
}
