package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

func startSend(ctx context.Context, m messaging.Message, headers amqp.Table) trace.Span {
	if len(m.Trace) > 0 {
		ctx = otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier(m.Trace))
	}
	ctx, span := tracer().Start(ctx, "send "+m.Type, trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(messageAttributes(m, "send", Exchange)...))
	otel.GetTextMapPropagator().Inject(ctx, tableCarrier(headers))
	return span
}

func startProcess(ctx context.Context, m messaging.Message, queue string) (context.Context, trace.Span) {
	return tracer().Start(otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier(m.Trace)), "process "+queue,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(messageAttributes(m, "process", queue)...))
}
