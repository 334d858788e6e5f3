package grpcserver

import (
	"context"
	"time"

	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/logging"
)

func logCalls(service string, log *zap.Logger) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		withLogger := logging.Into(ctx, log.With(zap.String("correlation_id", correlation.From(ctx))))
		started := time.Now()
		err := next(ctx)
		logCall(withLogger, service, method, time.Since(started), err)
		return err
	}
}
