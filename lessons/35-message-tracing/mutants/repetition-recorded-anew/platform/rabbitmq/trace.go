package rabbitmq

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

func startProcess(ctx context.Context, m messaging.Message, queue string, redelivered bool) (context.Context, trace.Span) {
	ctx = propagator.Extract(ctx, propagation.MapCarrier(m.Trace))
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(messageAttributes(m, "process", queue)...),
	}
	if redelivered && !trace.SpanContextFromContext(ctx).IsSampled() {
		options = append(options, trace.WithNewRoot())
	}
	return tracer().Start(ctx, "process "+queue, options...)
}
