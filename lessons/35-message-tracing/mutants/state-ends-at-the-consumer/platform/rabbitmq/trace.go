package rabbitmq

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

func startProcess(ctx context.Context, m messaging.Message, queue string) (context.Context, trace.Span) {
	return tracer().Start(propagator.Extract(ctx, propagation.MapCarrier{"traceparent": m.Trace["traceparent"]}), "process "+queue,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(messageAttributes(m, "process", queue)...))
}
