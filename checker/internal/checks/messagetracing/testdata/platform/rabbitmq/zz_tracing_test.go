package rabbitmq_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/messaging"
)

// TestZZTracingSend publishes as the relay does, and looks at the span of the publication and at what the consumer gets.
func TestZZTracingSend(t *testing.T) {
	s := zztStart(t)
	const why = "The gap between the transaction and the publication is the wait in the outbox, and the one between publication and delivery is the wait in the queue. Only a span in between tells them apart."
	traceparent, writer := zztParent(true)
	m := zztMessage(traceparent)
	zztSent(t, s.publish(context.Background(), m))
	send := zztOne(t, s, trace.SpanKindProducer, m)
	if send.SpanContext().TraceID() != writer.TraceID() {
		zztFail(t, "other-trace", "the span of the publication is not in the trace of the transaction",
			"trace "+writer.TraceID().String()+", that of the message", "trace "+send.SpanContext().TraceID().String(), why)
	}
	if send.Parent().SpanID() != writer.SpanID() {
		zztFail(t, "parent", "the span of the publication is not a child of the transaction", "the parent "+writer.SpanID().String(), "the parent "+send.Parent().SpanID().String(), why)
	}
	got := s.handled(m, 1).message
	if want := zztHeader(send.SpanContext()); got.Trace["traceparent"] != want {
		zztFail(t, "headers", "the headers of the message do not name the span of the publication", "traceparent "+want, fmt.Sprintf("traceparent %q", got.Trace["traceparent"]), why)
	}
	if got.Trace["tracestate"] != "shop=1" {
		zztFail(t, "state", "the tracestate gets lost", `tracestate "shop=1"`, fmt.Sprintf("tracestate %q", got.Trace["tracestate"]), "Vendors keep there what they need to join the parts of a trace.")
	}

	m = zztMessage("")
	zztSent(t, s.publish(context.Background(), m))
	send = zztOne(t, s, trace.SpanKindProducer, m)
	if got := s.handled(m, 1).message; got.Trace["traceparent"] != zztHeader(send.SpanContext()) {
		zztFail(t, "headers", "the headers of a message without a trace do not name the span of its publication", "traceparent "+zztHeader(send.SpanContext()),
			fmt.Sprintf("traceparent %q", got.Trace["traceparent"]), "What a job writes outside of any trace begins one at its publication.")
	}

	zztUnsampled(t, s)

	m = zztMessage(traceparent)
	m.Type = "zz.nowhere"
	if err := s.publish(context.Background(), m); err == nil {
		t.Skip("the broker has routed what it cannot route")
	}
	if send := zztOne(t, s, trace.SpanKindProducer, m); send.Status().Code != codes.Error {
		zztFail(t, "error", "the span of a publication that the broker has not taken is no error", "the status Error", "the status "+send.Status().Code.String(),
			"The trace must show where the message has stopped.")
	}
}

func zztUnsampled(t *testing.T, s *zztService) {
	traceparent, writer := zztParent(false)
	m := zztMessage(traceparent)
	zztSent(t, s.publish(context.Background(), m))
	got := s.handled(m, 1).message.Trace["traceparent"]
	if !strings.HasPrefix(got, "00-"+writer.TraceID().String()+"-") || !strings.HasSuffix(got, "-00") {
		zztFail(t, "unsampled", "the headers of a message do not continue a trace that is not sampled",
			"a traceparent of the trace "+writer.TraceID().String()+" that ends with -00", fmt.Sprintf("traceparent %q", got), zztDecided)
	}
	zztUnrecorded(t, m, writer)
}

const zztDecided = "The id joins the logs of all services, and the decision holds for the whole trace. Who decides anew leaves traces without a beginning."

func zztUnrecorded(t *testing.T, m messaging.Message, of trace.SpanContext) {
	t.Helper()
	for _, span := range zztSpans().Ended() {
		if zztAbout(span, m) || span.SpanContext().TraceID() == of.TraceID() {
			zztFail(t, "unsampled", "a span is recorded although the trace is not sampled", "no span", "the span "+span.Name(), zztDecided)
		}
	}
}

// TestZZTracingProcess publishes past the service, and looks at the span of each delivery.
func TestZZTracingProcess(t *testing.T) {
	s := zztStart(t)
	traceparent, sender := zztParent(true)
	m := zztMessage(traceparent)
	s.inject(m)
	call, process := s.handled(m, 1), zztOne(t, s, trace.SpanKindConsumer, m)
	zztChild(t, process, sender, "a delivery")
	zztInside(t, call, process)
	zztLogged(t, s, m, sender)

	m = zztMessage("")
	s.inject(m)
	call, process = s.handled(m, 1), zztOne(t, s, trace.SpanKindConsumer, m)
	zztInside(t, call, process)

	traceparent, sender = zztParent(false)
	m = zztMessage(traceparent)
	s.inject(m)
	if call = s.handled(m, 1); call.span.TraceID() != sender.TraceID() || call.span.IsSampled() {
		zztFail(t, "unsampled", "a trace that is not sampled does not reach the handler as it was", "trace "+sender.TraceID().String()+", not sampled",
			fmt.Sprintf("%s, sampled: %v", zztNamed(call.span), call.span.IsSampled()), zztDecided)
	}

	zztRedelivered(t, s)

	traceparent, sender = zztParent(true)
	m = zztMessage(traceparent)
	s.failing(m, -1)
	s.inject(m)
	process = zztOne(t, s, trace.SpanKindConsumer, m)
	zztChild(t, process, sender, "a delivery that becomes a dead letter")
	zztError(t, process, "a delivery that becomes a dead letter")
}

// zztRedelivered: the handler fails twice, and the broker delivers again.
func zztRedelivered(t *testing.T, s *zztService) {
	traceparent, sender := zztParent(true)
	m := zztMessage(traceparent)
	s.failing(m, 2)
	s.inject(m)
	s.handled(m, 3)
	all := s.spans(trace.SpanKindConsumer, m, 3)
	if len(all) != 3 {
		zztFail(t, "count", "a message was delivered three times and does not have three spans", "3 consumer spans", fmt.Sprintf("%d", len(all)),
			"How often a message was tried is the first question about one that is late.")
	}
	failed := 0
	for i, span := range all {
		if span.SpanContext().TraceID() != sender.TraceID() || span.Parent().SpanID() != sender.SpanID() {
			zztFail(t, "redelivered", "a delivery that is repeated is not in the trace of its publication",
				"all three are children of the publication "+sender.SpanID().String()+" in the trace "+sender.TraceID().String(),
				fmt.Sprintf("delivery %d is a child of %s in the trace %s", i+1, span.Parent().SpanID(), span.SpanContext().TraceID()),
				"The trace of an order that is late ends exactly where the trouble begins, at the first repetition.")
		}
		if span.Status().Code == codes.Error {
			failed++
		}
		s.mu.Lock()
		call := s.calls[m.ID][i]
		s.mu.Unlock()
		if call.span.TraceID() != sender.TraceID() {
			zztFail(t, "handler", "the handler of a repeated delivery does not work in its trace", "trace "+sender.TraceID().String(), zztNamed(call.span),
				"What the handler writes to the outbox then begins a new trace.")
		}
	}
	if failed != 2 {
		zztFail(t, "error", "two of three deliveries have failed, and the spans do not say so", "2 spans with the status Error", fmt.Sprintf("%d", failed), "The trace must show which attempt has failed.")
	}
}

func zztSent(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		zztFail(t, "not-sent", "a message is not published", "a confirm of the broker", fmt.Sprintf("the error %q", err), "The trace is an addition to the message, and never a condition.")
	}
}

// zztOne returns the span of the kind about the message. It says by messaging.message.id what it is about.
func zztOne(t *testing.T, s *zztService, kind trace.SpanKind, m messaging.Message) sdktrace.ReadOnlySpan {
	t.Helper()
	found := s.spans(kind, m, 1)
	if len(found) != 1 {
		zztFail(t, "count", "a message does not have one "+kind.String()+" span", "1 span of the kind "+kind.String()+", with the attribute messaging.message.id", fmt.Sprintf("%d", len(found)),
			"Without it the trace does not show that the message was there.")
	}
	return found[0]
}

func zztChild(t *testing.T, span sdktrace.ReadOnlySpan, parent trace.SpanContext, what string) {
	t.Helper()
	if span.SpanContext().TraceID() != parent.TraceID() || span.Parent().SpanID() != parent.SpanID() {
		zztFail(t, "parent", "the span of "+what+" is not a child of the publication", "the parent "+parent.SpanID().String()+" in the trace "+parent.TraceID().String(),
			"the parent "+span.Parent().SpanID().String()+" in the trace "+span.SpanContext().TraceID().String(), "The trace ends at the broker.")
	}
}

func zztInside(t *testing.T, call zztCall, process sdktrace.ReadOnlySpan) {
	t.Helper()
	if call.span.SpanID() != process.SpanContext().SpanID() {
		zztFail(t, "handler", "the handler does not work inside the span of its delivery", "its context has the span "+process.SpanContext().SpanID().String(), zztNamed(call.span),
			"Its queries, its calls and the messages that it writes to the outbox begin traces of their own: the trace ends at the first consumer.")
	}
}

func zztError(t *testing.T, span sdktrace.ReadOnlySpan, what string) {
	t.Helper()
	if span.Status().Code != codes.Error {
		zztFail(t, "error", "the span of "+what+" is no error", "the status Error", "the status "+span.Status().Code.String(), "The trace must show which attempt has failed.")
	}
}

// zztLogged: the line about the delivery has the trace id.
func zztLogged(t *testing.T, s *zztService, m messaging.Message, sender trace.SpanContext) {
	t.Helper()
	var seen string
	s.await("log", "the log line of a delivery has the trace id of the message (trace_id)", func() bool {
		for _, line := range s.logs.All() {
			if fields := line.ContextMap(); fields["message_id"] == m.ID {
				seen = fmt.Sprint(fields["trace_id"])
			}
		}
		return seen == sender.TraceID().String()
	})
}

func zztHeader(of trace.SpanContext) string {
	return fmt.Sprintf("00-%s-%s-%s", of.TraceID(), of.SpanID(), of.TraceFlags())
}

func zztNamed(of trace.SpanContext) string {
	if !of.IsValid() {
		return "its context has no span"
	}
	return "its context has the span " + of.SpanID().String() + " of the trace " + of.TraceID().String()
}
