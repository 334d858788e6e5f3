package rabbitmq_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/fx"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"shop/platform/config"
	"shop/platform/messaging"
	"shop/platform/rabbitmq"
	"shop/platform/telemetry"
)

const (
	zztStuck = 20 * time.Second
	zztKind  = "wallet.balance.deduct"
)

// zztSpans has the spans of all tests of the process: the tracer provider is global.
var zztSpans = sync.OnceValue(func() *tracetest.SpanRecorder {
	recorder := tracetest.NewSpanRecorder()
	otel.SetTextMapPropagator(propagation.TraceContext{}) // as platform/telemetry does
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)))
	return recorder
})

// zztService is a service with one consumer.
type zztService struct {
	t         *testing.T
	publisher *rabbitmq.Publisher
	logs      *observer.ObservedLogs
	channel   *amqp.Channel // of the test
	queue     string

	mu    sync.Mutex
	calls map[string][]zztCall      // by message id
	fail  map[string][]func() error // what the handler of a message does, call by call, before it succeeds
}

// zztCall is what a handler was given.
type zztCall struct {
	span    trace.SpanContext
	message messaging.Message
}

var errZZT = errors.New("the handler has failed")

func zztStart(t *testing.T) *zztService {
	t.Helper()
	zztSpans()
	core, logs := observer.New(zap.DebugLevel)
	s := &zztService{t: t, logs: logs, queue: "zz." + rand.Text(), calls: map[string][]zztCall{}, fail: map[string][]func() error{}}
	cfg := config.Defaults[rabbitmq.Config]()
	cfg.URL = config.Secret(zztAddress(t))
	cfg.ReconnectMin, cfg.ReconnectMax = 20*time.Millisecond, 100*time.Millisecond
	cfg.Consumer.RequeueMin, cfg.Consumer.RequeueMax = time.Millisecond, 2*time.Millisecond
	app := fx.New(fx.NopLogger, fx.Supply(cfg, telemetry.Service("shop"), zap.New(core), prometheus.NewRegistry()), rabbitmq.Module,
		fx.Populate(&s.publisher), rabbitmq.AsConsumer(func() rabbitmq.Consumer {
			return rabbitmq.Consumer{Queue: s.queue, Bindings: []string{zztKind}, Handle: s.handle}
		}))
	if err := app.Start(t.Context()); err != nil {
		t.Skipf("start the service: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), zztStuck)
		defer cancel()
		_ = app.Stop(ctx)
	})
	conn, err := amqp.Dial(zztAddress(t))
	if err != nil {
		t.Skipf("connect to the broker: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if s.channel, err = conn.Channel(); err != nil {
		t.Skipf("open a channel: %v", err)
	}
	s.await("connected", "the service publishes and consumes", func() bool {
		return s.publish(context.Background(), zztMessage("")) == nil // without a consumer it is unroutable
	})
	return s
}

func (s *zztService) handle(ctx context.Context, m messaging.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[m.ID] = append(s.calls[m.ID], zztCall{trace.SpanContextFromContext(ctx), m})
	if next := s.fail[m.ID]; len(next) > 0 {
		s.fail[m.ID] = next[1:]
		return next[0]()
	}
	return nil
}

// failing sets what the handler does with the message, call by call, before it succeeds.
func (s *zztService) failing(m messaging.Message, calls ...func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail[m.ID] = calls
}

// publish sends the message as a relay does, and waits for the confirm.
func (s *zztService) publish(ctx context.Context, m messaging.Message) error {
	ctx, cancel := context.WithTimeout(ctx, zztStuck)
	defer cancel()
	confirmation, err := s.publisher.Publish(ctx, m)
	if err != nil {
		return err
	}
	return confirmation.Wait(ctx)
}

// inject publishes past the service, with a trace context in the headers.
func (s *zztService) inject(m messaging.Message) {
	s.t.Helper()
	headers := amqp.Table{
		"event_type": m.Type, "event_version": int64(1), "aggregate_type": m.AggregateType, "aggregate_id": m.AggregateID, "sequence": int64(1),
	}
	for name, value := range m.Trace {
		headers[name] = value
	}
	if m.Type == "" {
		delete(headers, "event_type")
	}
	err := s.channel.PublishWithContext(context.Background(), rabbitmq.Exchange, zztKind, false, false, amqp.Publishing{
		MessageId: m.ID, Type: m.Type, Timestamp: time.Now(), ContentType: "application/json", DeliveryMode: amqp.Persistent, Headers: headers, Body: m.Payload,
	})
	if err != nil {
		s.t.Skipf("publish: %v", err)
	}
}

// handled waits for the nth call of the handler for the message.
func (s *zztService) handled(m messaging.Message, n int) (c zztCall) {
	s.t.Helper()
	s.await("not-handled", "the handler is called for a message", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.calls[m.ID]) < n {
			return false
		}
		c = s.calls[m.ID][n-1]
		return true
	})
	return c
}

// spans waits until n spans of the kind about the message have ended, and returns them. It returns fewer when they never do.
func (s *zztService) spans(kind trace.SpanKind, m messaging.Message, n int) (found []sdktrace.ReadOnlySpan) {
	for deadline := time.Now().Add(zztStuck); ; time.Sleep(5 * time.Millisecond) {
		found = nil
		for _, span := range zztSpans().Ended() {
			if span.SpanKind() == kind && zztAbout(span, m) {
				found = append(found, span)
			}
		}
		if len(found) >= n || time.Now().After(deadline) {
			return found
		}
	}
}

// zztAbout reports whether the span says that it is about the message.
func zztAbout(span sdktrace.ReadOnlySpan, m messaging.Message) bool {
	for _, attribute := range span.Attributes() {
		if attribute.Key == "messaging.message.id" && attribute.Value.AsString() == m.ID {
			return true
		}
	}
	return false
}

// logged waits for the nth line about a delivery of the message, which comes after its answer to the broker, and returns its fields.
func (s *zztService) logged(m messaging.Message, n int) (fields map[string]any) {
	s.t.Helper()
	s.await("log", "a delivery is logged, with its message_id", func() bool {
		found := 0
		for _, line := range s.logs.FilterMessage("message handled").All() {
			if of := line.ContextMap(); of["message_id"] == m.ID {
				fields = of
				found++
			}
		}
		return found >= n
	})
	return fields
}

func (s *zztService) await(id, what string, happened func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(zztStuck); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if happened() {
			return
		}
	}
	zztFail(s.t, id, "it does not happen that "+what, "within seconds", fmt.Sprintf("not for %v", zztStuck), "The trace is an addition to the message, and never a condition.")
}

// zztMessage has the trace context of a transaction, "" for none.
func zztMessage(traceparent string) messaging.Message {
	m := messaging.Message{
		ID: rand.Text(), Type: zztKind, Version: 1, AggregateType: "order", AggregateID: rand.Text(), Sequence: 1,
		OccurredAt: time.Now(), CorrelationID: rand.Text(), Payload: []byte(`{"n":1}`),
	}
	if traceparent != "" {
		m.Trace = map[string]string{"traceparent": traceparent, "tracestate": "shop=1"}
	}
	return m
}

// zztParent is a traceparent of a trace of its own.
func zztParent(sampled bool) (traceparent string, of trace.SpanContext) {
	var trc trace.TraceID
	var span trace.SpanID
	_, _ = rand.Read(trc[:])
	_, _ = rand.Read(span[:])
	flags := trace.TraceFlags(0).WithSampled(sampled)
	return fmt.Sprintf("00-%s-%s-%s", trc, span, flags), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trc, SpanID: span, TraceFlags: flags})
}

func zztAddress(t *testing.T) string {
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Skipf("where the test runs: %v", err)
	}
	name, _, _ := strings.Cut(t.Name()[max(0, strings.Index(t.Name(), "TestZZ")):], "/")
	text, err := os.ReadFile(filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-tracing-%x", sha256.Sum256([]byte(dir+"#"+name)))))
	if err != nil {
		t.Skipf("address of the broker: %v", err)
	}
	return string(text)
}

func zztFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
