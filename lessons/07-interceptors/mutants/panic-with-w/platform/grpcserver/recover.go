package grpcserver

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"shop/platform/grpcstatus"
	"shop/platform/logging"
)

func recoverPanic(ctx context.Context, _ string, next func(ctx context.Context) error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logging.From(ctx).Error("panic", logging.Event("platform.rpc.panicked"), zap.ByteString("stack", debug.Stack()))
			wrapped, ok := panicked.(error)
			if !ok {
				wrapped = fmt.Errorf("%v", panicked)
			}
			err = grpcstatus.Error(fmt.Errorf("panic: %w", wrapped))
		}
	}()
	return next(ctx)
}
