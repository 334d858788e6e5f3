package auth

import (
	"context"

	"google.golang.org/grpc"

	"stagecraft/stage1-mvp/platform/errs"
)

// UnaryServer admits or refuses unary calls.
func (g *Guard) UnaryServer(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, err := g.Admit(ctx, info.FullMethod)
	if err != nil {
		return nil, errs.ToGRPC(err)
	}
	return handler(ctx, req)
}

// StreamServer admits or refuses streams.
func (g *Guard) StreamServer(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, err := g.Admit(stream.Context(), info.FullMethod)
	if err != nil {
		return errs.ToGRPC(err)
	}
	return handler(srv, &admitted{ServerStream: stream, ctx: ctx})
}

type admitted struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *admitted) Context() context.Context { return s.ctx }
