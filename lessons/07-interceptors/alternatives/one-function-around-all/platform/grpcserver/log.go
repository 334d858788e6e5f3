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
	"shop/platform/errs"
	"shop/platform/logging"
)

//stagecraft:add
var levels = map[codes.Code]zapcore.Level{
	codes.Internal: zap.ErrorLevel, codes.Unknown: zap.ErrorLevel, codes.DataLoss: zap.ErrorLevel, codes.Unavailable: zap.ErrorLevel,
	codes.DeadlineExceeded: zap.ErrorLevel, codes.Aborted: zap.WarnLevel, codes.ResourceExhausted: zap.WarnLevel,
}

// logCalls writes its line in a deferred function.
func logCalls(service string, log *zap.Logger) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) (err error) {
		ctx = logging.Into(ctx, log.With(zap.String("correlation_id", correlation.From(ctx))))
		defer func(started time.Time) {
			level := levels[status.Code(err)]
			line := logging.From(ctx).With(zap.String("event", service+".rpc.finished"), zap.String("method", method),
				zap.String("code", status.Code(err).String()), zap.Float64("duration_ms", float64(time.Since(started).Milliseconds())))
			switch {
			case err != nil:
				line = line.With(zap.NamedError("error", err), zap.Int("error_code", int(errs.CodeOf(err))))
			case strings.HasPrefix(method, "/grpc."):
				level = zap.DebugLevel
			}
			line.Log(level, method)
		}(time.Now())
		return next(ctx)
	}
}

//stagecraft:drop
func logCall(ctx context.Context, service, method string, took time.Duration, err error) {}

//stagecraft:drop
func levelOf(method string, err error) zapcore.Level { return 0 }
