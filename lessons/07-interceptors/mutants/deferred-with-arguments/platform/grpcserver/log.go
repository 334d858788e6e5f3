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
		ctx = logging.Into(ctx, log.With(zap.String("correlation_id", correlation.From(ctx))))
		var err error
		started := time.Now()
		took := time.Since(started)
		defer func() { logCall(ctx, service, method, took, err) }()
		err = next(ctx)
		return err
	}
}
