package grpcserver

import (
	"context"

	"google.golang.org/grpc"

	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/errs"
)

func authUnary(guard *auth.Guard) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		ctx, err := guard.Admit(ctx, info.FullMethod)
		if err != nil {
			return nil, errs.ToGRPC(err)
		}
		return handler(ctx, req)
	}
}

func authStream(guard *auth.Guard) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		ctx, err := guard.Admit(stream.Context(), info.FullMethod)
		if err != nil {
			return errs.ToGRPC(err)
		}
		return handler(srv, withContext(stream, ctx))
	}
}
