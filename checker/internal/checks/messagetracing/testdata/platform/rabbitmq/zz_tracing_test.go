package rabbitmq_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/errs"
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

	_, relay := zztParent(true)
	m = zztMessage(traceparent)
	zztSent(t, s.publish(trace.ContextWithRemoteSpanContext(context.Background(), relay), m))
	if send = zztOne(t, s, trace.SpanKindProducer, m); send.Parent().SpanID() != writer.SpanID() {
		zztFail(t, "parent", "the span of the publication is a child of the span in which the relay works, and not of the transaction",
			"the parent "+writer.SpanID().String()+", that of the message", "the parent "+send.Parent().SpanID().String(), why)
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
	m = zztMessage(traceparent)
	ended, cancel := context.WithCancel(context.Background())
	confirmation, err := s.publisher.Publish(ended, m)
	cancel()
	if err == nil {
		if err = confirmation.Wait(ended); err == nil {
			return // the broker was faster
		}
	}
	if send := zztOne(t, s, trace.SpanKindProducer, m); send.Status().Code != codes.Error {
		zztFail(t, "error", "the span of a publication whose confirm was not awaited is no error", "the status Error", "the status "+send.Status().Code.String(),
			"The relay publishes the message again. The trace must show why it was sent twice.")
	}
}

func zztUnsampled(t *testing.T, s *zztService) {
	traceparent, writer := zztParent(false)
	m := zztMessage(traceparent)
	zztSent(t, s.publish(context.Background(), m))
	got := s.handled(m, 1).message.Trace
	if !strings.HasPrefix(got["traceparent"], "00-"+writer.TraceID().String()+"-") || !strings.HasSuffix(got["traceparent"], "-00") || got["tracestate"] != "shop=1" {
		zztFail(t, "unsampled", "the headers of a message do not continue a trace that is not sampled",
			"a traceparent of the trace "+writer.TraceID().String()+" that ends with -00, and tracestate shop=1",
			fmt.Sprintf("traceparent %q, tracestate %q", got["traceparent"], got["tracestate"]), zztDecided)
	}
	zztUnrecorded(t, m, writer, trace.SpanKindProducer)
}

const zztDecided = "The id joins the logs of all services, and the decision holds for the whole trace. Who decides anew leaves traces without a beginning."

func zztUnrecorded(t *testing.T, m messaging.Message, of trace.SpanContext, kind trace.SpanKind) {
	t.Helper()
	for _, span := range zztSpans().Ended() {
		if span.SpanKind() == kind && (zztAbout(span, m) || span.SpanContext().TraceID() == of.TraceID()) {
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
	zztLogged(t, s.logged(m, 1), sender, "a delivery")
	if got := call.span.TraceState().String(); got != "shop=1" {
		zztFail(t, "state", "the tracestate ends at the consumer", `tracestate "shop=1" in the context of the handler`, fmt.Sprintf("tracestate %q", got), "Vendors keep there what they need to join the parts of a trace.")
	}

	m = zztMessage("")
	s.inject(m)
	call, process = s.handled(m, 1), zztOne(t, s, trace.SpanKindConsumer, m)
	zztInside(t, call, process)

	zztRedelivered(t, s)
	zztNotSampled(t, s)

	for what, failure := range map[string]func() error{
		"a delivery that becomes a dead letter": func() error { return messaging.Permanent(errZZT) },
		"a delivery whose handler panics":       func() error { panic("zz") },
	} {
		traceparent, sender := zztParent(true)
		m := zztMessage(traceparent)
		s.failing(m, failure)
		s.inject(m)
		s.logged(m, 1)
		all := s.spans(trace.SpanKindConsumer, m, 1)
		if len(all) == 0 {
			zztFail(t, "count", what+" does not have a span", "1 consumer span, which ends", "none", "How often a message was tried is the first question about one that is late.")
		}
		first := all[0]
		for _, span := range all {
			if span.StartTime().Before(first.StartTime()) {
				first = span
			}
		}
		zztChild(t, first, sender, what)
		zztError(t, first, what)
		zztLogged(t, s.logged(m, 1), sender, what)
	}

	traceparent, sender = zztParent(true)
	m = zztMessage(traceparent)
	m.Type = "" // it cannot be decoded
	s.inject(m)
	process = zztOne(t, s, trace.SpanKindConsumer, m)
	zztChild(t, process, sender, "a delivery that cannot be decoded")
	zztError(t, process, "a delivery that cannot be decoded")
}

// zztNotSampled: the first delivery fails, so that there is a second one.
func zztNotSampled(t *testing.T, s *zztService) {
	traceparent, sender := zztParent(false)
	m := zztMessage(traceparent)
	s.failing(m, func() error { return errZZT })
	s.inject(m)
	for n := range 2 {
		if call := s.handled(m, n+1); call.span.TraceID() != sender.TraceID() || call.span.IsSampled() {
			zztFail(t, "unsampled", "a trace that is not sampled does not reach the handler as it was", "trace "+sender.TraceID().String()+", not sampled",
				fmt.Sprintf("%s, sampled: %v, at delivery %d", zztNamed(call.span), call.span.IsSampled(), n+1), zztDecided)
		}
		zztLogged(t, s.logged(m, n+1), sender, "a delivery that is not sampled")
	}
	zztUnrecorded(t, m, sender, trace.SpanKindConsumer)
}

// zztRedelivered: the handler fails twice, and the broker delivers again. In the third delivery it is called twice.
func zztRedelivered(t *testing.T, s *zztService) {
	traceparent, sender := zztParent(true)
	m := zztMessage(traceparent)
	failed := func() error { return errZZT }
	s.failing(m, failed, failed, func() error { return errs.New(errs.Unavailable, "ZZ", "away for a moment") })
	s.inject(m)
	s.handled(m, 4)
	s.logged(m, 3)
	all := s.spans(trace.SpanKindConsumer, m, 3)
	if len(all) != 3 {
		zztFail(t, "count", "a message was delivered three times and does not have three spans", "3 consumer spans, also if the handler is called twice in one delivery", fmt.Sprintf("%d", len(all)),
			"How often a message was tried is the first question about one that is late.")
	}
	errors, spans := 0, map[trace.SpanID]bool{}
	for i, span := range all {
		spans[span.SpanContext().SpanID()] = true
		if span.SpanContext().TraceID() != sender.TraceID() || span.Parent().SpanID() != sender.SpanID() {
			zztFail(t, "redelivered", "a delivery that is repeated is not in the trace of its publication",
				"all three are children of the publication "+sender.SpanID().String()+" in the trace "+sender.TraceID().String(),
				fmt.Sprintf("delivery %d is a child of %s in the trace %s", i+1, span.Parent().SpanID(), span.SpanContext().TraceID()),
				"The trace of an order that is late ends exactly where the trouble begins, at the first repetition.")
		}
		if span.Status().Code == codes.Error {
			errors++
		}
	}
	for n := range 4 {
		if call := s.handled(m, n+1); !spans[call.span.SpanID()] {
			zztFail(t, "handler", "the handler of a repeated delivery does not work inside its span", "its context has one of the three consumer spans", zztNamed(call.span),
				"What the handler writes to the outbox then hangs on another span, or begins a new trace.")
		}
	}
	if errors != 2 {
		zztFail(t, "error", "two of three deliveries have failed, and the spans do not say so", "2 spans with the status Error", fmt.Sprintf("%d", errors), "The trace must show which attempt has failed.")
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

func zztLogged(t *testing.T, fields map[string]any, sender trace.SpanContext, what string) {
	t.Helper()
	if seen := fmt.Sprint(fields["trace_id"]); seen != sender.TraceID().String() {
		zztFail(t, "log", "the log line of "+what+" does not have the trace id of the message", "trace_id "+sender.TraceID().String(), "trace_id "+seen,
			"Logs are joined by the trace id: of all services, and of all traces, sampled or not.")
	}
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
