package grpcserver

import (
	"context"

	"google.golang.org/grpc"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

// endWith ends the context of streams with draining.
func endWith(draining context.Context) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		ctx, cancel := context.WithCancel(stream.Context())
		defer cancel()
		defer context.AfterFunc(draining, cancel)()
		err := handler(srv, &contextStream{ServerStream: stream, ctx: ctx})
		if err != nil && draining.Err() != nil && stream.Context().Err() == nil {
			return grpcstatus.Error(errs.Wrap(err, errs.Unavailable, "SHUTTING_DOWN", "the server is stopping, open the stream again"))
		}
		return err
	}
}
