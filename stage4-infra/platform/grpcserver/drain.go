package grpcserver

import (
	"context"

	"google.golang.org/grpc"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

// endWith ends streams with draining. A client gets UNAVAILABLE, which tells it to open the stream again, at another replica.
func endWith(draining context.Context) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		ctx, cancel := context.WithCancel(stream.Context())
		defer cancel()
		defer context.AfterFunc(draining, cancel)()
		err := handler(srv, &endingStream{contextStream{ServerStream: stream, ctx: ctx}})
		if err != nil && draining.Err() != nil && stream.Context().Err() == nil {
			return grpcstatus.Error(errs.Wrap(err, errs.Unavailable, "SHUTTING_DOWN", "the server is stopping, open the stream again"))
		}
		return err
	}
}

// endingStream is a stream in which a read ends with the context, too: a handler that waits for its client would not look at the context.
type endingStream struct{ contextStream }

// RecvMsg implements grpc.ServerStream. A message that arrives after the end of the context is lost with the stream.
func (s *endingStream) RecvMsg(m any) error {
	received := make(chan error, 1)
	go func() { received <- s.ServerStream.RecvMsg(m) }()
	select {
	case err := <-received:
		return err
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}
