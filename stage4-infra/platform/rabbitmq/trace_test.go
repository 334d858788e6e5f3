package rabbitmq_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/correlation"
	"shop/platform/messaging"
	"shop/platform/rabbitmqtest"
)

// Not parallel: the tracer provider is global.
func TestTrace_LeadsFromTheTransactionToTheConsumer(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	var seen trace.SpanContext
	var correlationID string
	c, calls := consumer(func(ctx context.Context, _ messaging.Message) error {
		seen, correlationID = trace.SpanContextFromContext(ctx), correlation.From(ctx)
		return nil
	})
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	m := message(kind)
	m.Trace = map[string]string{
		"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "shop=1",
	}

	require.NoError(t, s.send(t, m))

	receive(t, calls, "the message")
	require.Eventually(t, func() bool { return len(recorder.Ended()) == 2 }, patience, 1e6)
	send, process := recorder.Ended()[0], recorder.Ended()[1]
	if send.SpanKind() != trace.SpanKindProducer {
		send, process = process, send
	}
	assert.Equal(t, "send wallet.balance.deduct", send.Name())
	assert.Equal(t, "b7ad6b7169203331", send.Parent().SpanID().String())
	assert.Equal(t, "process wallet.commands", process.Name())
	assert.Equal(t, trace.SpanKindConsumer, process.SpanKind())
	assert.Equal(t, send.SpanContext().SpanID(), process.Parent().SpanID())
	assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", process.SpanContext().TraceID().String())
	assert.Equal(t, "shop=1", process.SpanContext().TraceState().String())
	assert.Equal(t, process.SpanContext(), seen)
	assert.Equal(t, m.CorrelationID, correlationID)
	line := s.logs.FilterMessage("message handled").All()[0].ContextMap()
	assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", line["trace_id"])
	assert.Equal(t, m.CorrelationID, line["correlation_id"])
	assert.Equal(t, m.ID, line["message_id"])
	assert.Equal(t, kind, line["event_type"])
}
