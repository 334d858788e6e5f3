package grpcserver

import (
	"context"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logCalls writes one line for each call, with the whole chain of its error. Nothing else logs that error.
func logCalls(service string, log *zap.Logger) interceptor {
	return func(ctx context.Context, method string, next func(ctx context.Context) error) error {
		// TODO: a logger in the context, and a line when the call has ended.
		return next(ctx)
	}
}

//stagecraft:drop
func logCall(ctx context.Context, service, method string, took time.Duration, err error) {}

//stagecraft:drop
func levelOf(method string, err error) zapcore.Level { return 0 }
