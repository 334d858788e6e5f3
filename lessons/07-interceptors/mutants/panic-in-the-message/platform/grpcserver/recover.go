package grpcserver

import (
	"context"
	"runtime/debug"

	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
	"shop/platform/logging"
)

func recoverPanic(ctx context.Context, _ string, next func(ctx context.Context) error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logging.From(ctx).Error("panic", logging.Event("platform.rpc.panicked"), zap.ByteString("stack", debug.Stack()))
			err = grpcstatus.Error(errs.New(errs.Internal, errs.Internal.String(), "panic: %v", panicked))
		}
	}()
	return next(ctx)
}
