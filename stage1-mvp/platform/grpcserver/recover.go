package grpcserver

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"
	"google.golang.org/grpc"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/logging"
)

func recoverUnary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
	defer func() { err = recovered(ctx, recover(), err) }()
	return handler(ctx, req)
}

func recoverStream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer func() { err = recovered(stream.Context(), recover(), err) }()
	return handler(srv, stream)
}

// recovered turns a panic into an error, so that one bad request does not take down all others. The stack goes to the log, never to the
// client.
func recovered(ctx context.Context, panicked any, err error) error {
	if panicked == nil {
		return err
	}
	logging.From(ctx).Error("panic", logging.Event("platform.rpc.panicked"), zap.ByteString("stack", debug.Stack()))
	return errs.ToGRPC(fmt.Errorf("panic: %v", panicked))
}
