package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

// W3C trace context travels in the headers of a message. Span names, kinds and attributes follow the OpenTelemetry semantic conventions for
// messaging. They let the span of a consumer that handles messages one by one be a child of the message's context instead of a link to it:
// so one trace leads from the HTTP request through the outbox and the queues to the last consumer.
var propagator = propagation.TraceContext{}

func tracer() trace.Tracer { return otel.Tracer("shop/platform/rabbitmq") }

// startSend starts the span of a publication as a child of the transaction that wrote the message, and puts it into the headers. The time
// that the message waited in the outbox is the gap between the two.
func startSend(ctx context.Context, m messaging.Message, headers amqp.Table) trace.Span {
	if len(m.Trace) > 0 {
		ctx = propagator.Extract(ctx, propagation.MapCarrier(m.Trace))
	}
	ctx, span := tracer().Start(ctx, "send "+m.Type, trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(messageAttributes(m, "send", Exchange)...))
	propagator.Inject(ctx, tableCarrier(headers))
	return span
}

// startProcess starts the span of a delivery as a child of its publication.
func startProcess(ctx context.Context, m messaging.Message, queue string) (context.Context, trace.Span) {
	return tracer().Start(propagator.Extract(ctx, propagation.MapCarrier(m.Trace)), "process "+queue,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(messageAttributes(m, "process", queue)...))
}

func endSpan(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

func messageAttributes(m messaging.Message, operation, destination string) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("messaging.system", "rabbitmq"),
		attribute.String("messaging.operation.type", operation),
		attribute.String("messaging.destination.name", destination),
		attribute.String("messaging.rabbitmq.destination.routing_key", m.Type),
		attribute.String("messaging.message.id", m.ID),
		attribute.String("messaging.message.conversation_id", m.CorrelationID),
	}
}

// traceOf returns the trace context in the headers.
func traceOf(headers amqp.Table) map[string]string {
	trace := map[string]string{}
	for _, name := range propagator.Fields() {
		if value := text(headers, name); value != "" {
			trace[name] = value
		}
	}
	return trace
}

// tableCarrier lets a propagator write headers.
type tableCarrier amqp.Table

// Get implements propagation.TextMapCarrier.
func (c tableCarrier) Get(key string) string { return text(amqp.Table(c), key) }

// Set implements propagation.TextMapCarrier.
func (c tableCarrier) Set(key, value string) { c[key] = value }

// Keys implements propagation.TextMapCarrier.
func (c tableCarrier) Keys() []string { return propagator.Fields() }
