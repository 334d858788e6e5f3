package logging

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
)

type contextKey struct{}

// Into returns a context that carries the logger.
func Into(ctx context.Context, log *zap.Logger) context.Context {
	return context.WithValue(ctx, contextKey{}, log)
}

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
	return log.WithLazy(zap.Stringer("trace_id", span.TraceID()), zap.Stringer("span_id", span.SpanID()))
}

// Event is the field with the name of an event, <domain>.<entity>.<action>.
func Event(name string) zap.Field { return zap.String("event", name) }

// Error returns the fields of an error: its whole chain and its code.
func Error(err error) zap.Field {
	return zap.Inline(errorFields{err})
}
