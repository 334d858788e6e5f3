package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

func startSend(ctx context.Context, m messaging.Message, headers amqp.Table) trace.Span {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		ctx = propagator.Extract(ctx, propagation.MapCarrier(m.Trace))
	}
	ctx, span := tracer().Start(ctx, "send "+m.Type, trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(messageAttributes(m, "send", Exchange)...))
	propagator.Inject(ctx, tableCarrier(headers))
	return span
}
