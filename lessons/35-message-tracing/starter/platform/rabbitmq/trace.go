package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

// startSend starts the span of a publication as a child of the transaction that wrote the message, and puts the trace into the headers. The
// time that the message waited in the outbox is the gap between the two.
func startSend(ctx context.Context, m messaging.Message, headers amqp.Table) trace.Span {
	if len(m.Trace) > 0 {
		ctx = propagator.Extract(ctx, propagation.MapCarrier(m.Trace))
	}
	propagator.Inject(ctx, tableCarrier(headers))
	_, span := tracer().Start(ctx, "send "+m.Type, trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(messageAttributes(m, "send", Exchange)...))
	return span
}

// startProcess starts the span of a delivery as a child of its publication. The trace of a message that was delivered before has been
// processed already, so a repetition begins one of its own, with a link: otherwise its time would count twice.
func startProcess(ctx context.Context, m messaging.Message, queue string, redelivered bool) (context.Context, trace.Span) {
	ctx = propagator.Extract(ctx, propagation.MapCarrier(m.Trace))
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(messageAttributes(m, "process", queue)...),
	}
	if redelivered {
		options = append(options, trace.WithNewRoot(), trace.WithLinks(trace.LinkFromContext(ctx)))
	}
	return tracer().Start(ctx, "process "+queue, options...)
}
