package grpcserver

import (
	"context"
	"time"

	"go.uber.org/zap"
	"google.golang.org/grpc/status"

	"shop/platform/correlation"
	"shop/platform/logging"
)

func logCalls(service string, log *zap.Logger) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		log := log.With(zap.String("correlation_id", correlation.From(ctx)))
		started := time.Now()
		err := next(logging.Into(ctx, log))
		logCall(log, service, method, time.Since(started), err)
		return err
	}
}

func logCall(log *zap.Logger, service, method string, took time.Duration, err error) {
	fields := []zap.Field{
		logging.Event(service + ".rpc.finished"),
		zap.String("method", method),
		zap.Stringer("code", status.Code(err)),
		zap.Int64("duration_ms", took.Milliseconds()),
	}
	if err != nil {
		fields = append(fields, logging.Error(err))
	}
	log.Log(levelOf(method, err), "call finished", fields...)
}
