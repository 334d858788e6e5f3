package logging

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
)

// From returns the logger of ctx, with the ids of the current span. Without a logger in ctx it returns one that writes nothing.
func From(ctx context.Context) *zap.Logger {
	log, ok := ctx.Value(contextKey{}).(*zap.Logger)
	if !ok {
		return zap.NewNop()
	}
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return log
	}
	return log.With(zap.String("trace_id", span.TraceID().String()), zap.String("span_id", span.SpanID().String()))
}
