package grpcserver

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"stagecraft/stage1-mvp/platform/correlation"
	"stagecraft/stage1-mvp/platform/logging"
)

// logUnary writes one line for each call, with the whole chain of its error. Nothing else logs that error.
func logUnary(service string, log *zap.Logger) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		ctx, started := withLogger(ctx, log), time.Now()
		resp, err := handler(ctx, req)
		logCall(ctx, service, info.FullMethod, time.Since(started), err)
		return resp, err
	}
}

func logStream(service string, log *zap.Logger) grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		ctx, started := withLogger(stream.Context(), log), time.Now()
		err := handler(srv, withContext(stream, ctx))
		logCall(ctx, service, info.FullMethod, time.Since(started), err)
		return err
	}
}

func withLogger(ctx context.Context, log *zap.Logger) context.Context {
	return logging.Into(ctx, log.With(zap.String("correlation_id", correlation.From(ctx))))
}

func logCall(ctx context.Context, service, method string, took time.Duration, err error) {
	fields := []zap.Field{
		logging.Event(service + ".rpc.finished"),
		zap.String("method", method),
		zap.Stringer("code", codeOf(err)),
		zap.Int64("duration_ms", took.Milliseconds()),
	}
	if err != nil {
		fields = append(fields, logging.Error(err))
	}
	logging.From(ctx).Log(levelOf(method, err), "call finished", fields...)
}

// levelOf reserves error for what someone must look into; a client's mistake is not such a case.
func levelOf(method string, err error) zapcore.Level {
	switch codeOf(err) {
	case codes.OK:
		if strings.HasPrefix(method, "/grpc.") {
			return zap.DebugLevel
		}
		return zap.InfoLevel
	case codes.Internal, codes.Unknown, codes.DataLoss:
		return zap.ErrorLevel
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.ResourceExhausted:
		return zap.WarnLevel
	default:
		return zap.InfoLevel
	}
}

// codeOf reads the status that the error mapping gave to err.
func codeOf(err error) codes.Code { return status.Code(err) }
