package breaker

import (
	"context"

	"google.golang.org/grpc"
)

// UnaryClient returns an interceptor that makes all unary calls of a connection through the breaker.
func (b *Breaker) UnaryClient() grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
	) error {
		return b.Do(func() error { return invoker(ctx, method, req, reply, cc, opts...) })
	}
}
