package grpcserver

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"shop/platform/grpcstatus"
	"shop/platform/logging"
)

// recoverPanic turns a panic into an error, so that one bad request does not take down all others. The stack goes to the log, never to the
// client.
func recoverPanic(ctx context.Context, _ string, next func(ctx context.Context) error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logging.From(ctx).Error("panic", logging.Event("platform.rpc.panicked"), zap.ByteString("stack", debug.Stack()))
			err = grpcstatus.Error(fmt.Errorf("panic: %v", panicked))
		}
	}()
	return next(ctx)
}
