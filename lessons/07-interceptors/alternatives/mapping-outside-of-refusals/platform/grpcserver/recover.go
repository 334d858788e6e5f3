package grpcserver

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/logging"
)

func recoverPanic(ctx context.Context, _ string, next func(ctx context.Context) error) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		value := recover()
		logging.From(ctx).Error("panic", zap.Any("value", value), zap.Stack("stack"))
		err = errs.Wrap(fmt.Errorf("panic: %v", value), errs.Internal, "INTERNAL", "internal error")
	}()
	err = next(ctx)
	returned = true
	return err
}
