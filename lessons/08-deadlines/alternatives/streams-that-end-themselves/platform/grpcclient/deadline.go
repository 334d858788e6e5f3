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
		stream, err := streamer(ctx, desc, cc, method, opts...)
		if err != nil {
			cancel()
			return nil, err
		}
		return &releasing{stream, cancel}, nil
	}
}

//stagecraft:add
type releasing struct {
	grpc.ClientStream
	cancel context.CancelFunc
}

//stagecraft:add
func (s *releasing) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	if err != nil {
		s.cancel()
	}
	return err
}
