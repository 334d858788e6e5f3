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
	panicked, err := caught(ctx, next)
	if panicked != nil {
		logging.From(ctx).Error("panic", logging.Event("platform.rpc.panicked"), zap.ByteString("stack", debug.Stack()))
		return grpcstatus.Error(fmt.Errorf("panic: %v", panicked))
	}
	return err
}

//stagecraft:add
func caught(ctx context.Context, next func(ctx context.Context) error) (panicked any, err error) {
	defer func() { panicked = recover() }()
	return nil, next(ctx)
}
