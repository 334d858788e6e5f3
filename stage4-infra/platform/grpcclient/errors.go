package grpcclient

import (
	"context"
	"errors"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

func mapErrorsUnary(
	ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	var trailer metadata.MD
	err := grpcstatus.Parse(invoker(ctx, method, req, reply, cc, append(opts, grpc.Trailer(&trailer))...))
	var failed *errs.DomainError
	if errors.As(err, &failed) && failed.RetryAfter == 0 {
		failed.RetryAfter = pushback(trailer)
	}
	return err
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

// pushback returns how long the server asks to wait, 0 if it does not say. A negative number means that a repetition is of no use.
func pushback(trailer metadata.MD) time.Duration {
	values := trailer.Get(grpcstatus.PushbackTrailer)
	if len(values) != 1 {
		return 0
	}
	milliseconds, err := strconv.ParseInt(values[0], 10, 32)
	if err != nil || milliseconds < 0 {
		return 0
	}
	return time.Duration(milliseconds) * time.Millisecond
}

type mappedStream struct{ grpc.ClientStream }

// RecvMsg leaves io.EOF, the end of the stream, as it is: it has no status.
func (s *mappedStream) RecvMsg(m any) error { return grpcstatus.Parse(s.ClientStream.RecvMsg(m)) }

func (s *mappedStream) SendMsg(m any) error { return grpcstatus.Parse(s.ClientStream.SendMsg(m)) }
