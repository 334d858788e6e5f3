package rabbitmq

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

func startProcess(ctx context.Context, m messaging.Message, queue string) (context.Context, trace.Span) {
	sender := trace.LinkFromContext(propagator.Extract(ctx, propagation.MapCarrier(m.Trace)))
	return tracer().Start(ctx, "process "+queue, trace.WithLinks(sender),
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(messageAttributes(m, "process", queue)...))
}
