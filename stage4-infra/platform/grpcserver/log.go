package grpcserver

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/correlation"
	"shop/platform/logging"
)

// logCalls writes one line for each call, with the whole chain of its error. Nothing else logs that error.
func logCalls(service string, log *zap.Logger) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		ctx = logging.Into(ctx, log.WithLazy(zap.String("correlation_id", correlation.From(ctx))))
		started := time.Now()
		err := next(ctx)
		logCall(ctx, service, method, time.Since(started), err)
		return err
	}
}

func logCall(ctx context.Context, service, method string, took time.Duration, err error) {
	fields := []zap.Field{
		logging.Event(service + ".rpc.finished"),
		zap.String("method", method),
		zap.Stringer("code", status.Code(err)),
		zap.Int64("duration_ms", took.Milliseconds()),
	}
	if err != nil {
		fields = append(fields, logging.Error(err))
	}
	logging.From(ctx).Log(levelOf(method, err), "call finished", fields...)
}

// levelOf returns error for faults of the system, such as an outage, and info for the mistakes of clients.
func levelOf(method string, err error) zapcore.Level {
	switch status.Code(err) {
	case codes.OK:
		if strings.HasPrefix(method, "/grpc.") {
			return zap.DebugLevel
		}
		return zap.InfoLevel
	case codes.Internal, codes.Unknown, codes.DataLoss, codes.Unavailable, codes.DeadlineExceeded:
		return zap.ErrorLevel
	case codes.Aborted, codes.ResourceExhausted:
		return zap.WarnLevel
	default:
		return zap.InfoLevel
	}
}
