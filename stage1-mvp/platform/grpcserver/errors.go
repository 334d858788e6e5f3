package grpcserver

import (
	"context"

	"google.golang.org/grpc"

	"stagecraft/stage1-mvp/platform/errs"
)

// mapErrorsUnary is where the errors of all use cases get their gRPC status.
func mapErrorsUnary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	resp, err := handler(ctx, req)
	return resp, errs.ToGRPC(err)
}

func mapErrorsStream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return errs.ToGRPC(handler(srv, stream))
}
