package grpcserver

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"shop/platform/grpcstatus"
	"shop/platform/logging"
)

func recoverPanic(ctx context.Context, _ string, next func(ctx context.Context) error) error {
	var err error
	defer func() {
		if panicked := recover(); panicked != nil {
			logging.From(ctx).Error("panic", logging.Event("platform.rpc.panicked"), zap.ByteString("stack", debug.Stack()))
			err = grpcstatus.Error(fmt.Errorf("panic: %v", panicked))
		}
	}()
	err = next(ctx)
	return err
}
