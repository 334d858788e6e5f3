package rabbitmq

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

func startProcess(ctx context.Context, m messaging.Message, queue string) (context.Context, trace.Span) {
	if sender := propagator.Extract(ctx, propagation.MapCarrier(m.Trace)); trace.SpanContextFromContext(sender).IsSampled() {
		ctx = sender
	}
	return tracer().Start(ctx, "process "+queue,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(messageAttributes(m, "process", queue)...))
}
