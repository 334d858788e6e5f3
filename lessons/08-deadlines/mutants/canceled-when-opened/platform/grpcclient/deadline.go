package grpcclient

import (
	"context"
	"time"

	"google.golang.org/grpc"
)

func subtractOverheadStream(overhead time.Duration) grpc.StreamClientInterceptor {
	return func(
		ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		ctx, cancel := withOverhead(ctx, overhead)
		defer cancel()
		return streamer(ctx, desc, cc, method, opts...)
	}
}
