package job

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"shop/platform/logging"
)

// protected turns a panic into an error: a failing job must not end the service.
func protected(ctx context.Context, job Job, e Execution) (content json.RawMessage, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
			logging.From(ctx).Error("panic", logging.Event("platform.job.panicked"), about(e), zap.ByteString("stack", debug.Stack()))
		}
	}()
	value, err := job.Run(ctx, e.Window)
	if err != nil {
		return nil, err
	}
	content, _ = json.Marshal(value)
	return content, nil
}
