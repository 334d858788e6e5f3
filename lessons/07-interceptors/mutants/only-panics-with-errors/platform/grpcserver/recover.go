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
			cause, ok := panicked.(error)
			if !ok {
				panic(panicked)
			}
			err = grpcstatus.Error(fmt.Errorf("panic: %v", cause))
		}
	}()
	return next(ctx)
}
