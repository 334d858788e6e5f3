package grpcserver

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/grpcstatus"
	"shop/platform/logging"
)

func recoverPanic(ctx context.Context, _ string, next func(ctx context.Context) error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logging.From(ctx).Error("panic", logging.Event("platform.rpc.panicked"), zap.Any("value", panicked))
			err = grpcstatus.Error(fmt.Errorf("panic: %v", panicked))
		}
	}()
	return next(ctx)
}
