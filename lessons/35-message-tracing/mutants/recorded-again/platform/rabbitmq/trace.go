package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

func startSend(ctx context.Context, m messaging.Message, headers amqp.Table) trace.Span {
	if len(m.Trace) > 0 {
		ctx = propagator.Extract(ctx, propagation.MapCarrier(m.Trace))
	}
	options := []trace.SpanStartOption{}
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		options = append(options, trace.WithNewRoot())
	}
	ctx, span := tracer().Start(ctx, "send "+m.Type, append(options, trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(messageAttributes(m, "send", Exchange)...))...)
	propagator.Inject(ctx, tableCarrier(headers))
	return span
}
