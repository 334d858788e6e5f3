package grpcserver

import (
	"context"
	"time"

	"go.uber.org/zap"
	"google.golang.org/grpc/status"

	"shop/platform/logging"
)

func logCall(ctx context.Context, service, method string, took time.Duration, err error) {
	fields := []zap.Field{
		logging.Event(service + ".rpc.finished"),
		zap.String("method", method),
		zap.Stringer("code", status.Code(err)),
		zap.Int64("duration_ms", took.Milliseconds()),
	}
	if err != nil {
		fields = append(fields, zap.Error(err), zap.Int("error_code", int(status.Code(err))))
	}
	logging.From(ctx).Log(levelOf(method, err), "call finished", fields...)
}
