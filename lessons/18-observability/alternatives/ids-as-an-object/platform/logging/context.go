package logging

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// spanIDs are the ids of a span as fields of a line.
//
//stagecraft:add
type spanIDs trace.SpanContext

// MarshalLogObject writes the ids.
//
//stagecraft:add
func (s spanIDs) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("trace_id", trace.SpanContext(s).TraceID().String())
	enc.AddString("span_id", trace.SpanContext(s).SpanID().String())
	return nil
}

// From returns the logger of ctx, with the ids of the current span. Without a logger in ctx it returns one that writes nothing.
func From(ctx context.Context) *zap.Logger {
	log, _ := ctx.Value(contextKey{}).(*zap.Logger)
	if log == nil {
		log = zap.NewNop()
	}
	if span := trace.SpanFromContext(ctx).SpanContext(); span.HasTraceID() && span.HasSpanID() {
		log = log.With(zap.Inline(spanIDs(span)))
	}
	return log
}
