package grpcclient

import (
	"context"
	"time"

	"google.golang.org/grpc"
)

// subtractOverhead gives the called service less time than we have, so that its timeout still reaches us as an answer. It keeps back at
// most half of the time that is left, so that a short deadline does not become an immediate refusal.
func subtractOverhead(overhead time.Duration) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
	) error {
		if deadline, ok := ctx.Deadline(); ok {
			kept := min(overhead, time.Until(deadline)/2)
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-kept))
			defer cancel()
		}
		return invoker(ctx, method, req, reply, cc, opts...)
	}
}
