package telemetry

import (
	"context"
	"flag"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// TestCost measures what purchases send to the collector, with your sampler and your export:
//
//	go test ./platform/telemetry -run TestCost -v -count=1 -ratio 0.1
//
// Of 10,000 purchases 200 fail and 100 are slow. The hidden measurement uses the same purchases.
func TestCost(t *testing.T) {
	const purchases = 10_000
	sent := &collector{spans: map[oteltrace.TraceID]int{}}
	shop := newShop(*ratio, sent)
	var failed, slow []oteltrace.TraceID
	for i := range purchases {
		id := shop.purchase(i%50 == 7, i%100 == 3)
		switch {
		case i%50 == 7:
			failed = append(failed, id)
		case i%100 == 3:
			slow = append(slow, id)
		}
	}
	shop.send(t)
	whole, spans := 0, 0
	for _, n := range sent.spans {
		spans += n
		if n >= spansOfAPurchase {
			whole++
		}
	}
	t.Logf("ratio %g: %.1f spans and %.0f bytes per purchase; %.2f %% of the traces whole; of the failed ones %.1f %% are found, of the slow ones %.1f %%",
		*ratio, float64(spans)/purchases, float64(sent.bytes)/purchases, 100*float64(whole)/purchases, sent.found(failed), sent.found(slow))
}

var ratio = flag.Float64("ratio", 1, "the part of the traces that are recorded")

// spansOfAPurchase is the number of spans of a whole trace.
const spansOfAPurchase = 31

// A collector counts what arrives, as OTLP without compression.
type collector struct {
	bytes int
	spans map[oteltrace.TraceID]int
}

func (c *collector) Start(context.Context) error { return nil }
func (c *collector) Stop(context.Context) error  { return nil }

func (c *collector) UploadTraces(_ context.Context, batch []*tracepb.ResourceSpans) error {
	for _, one := range batch {
		c.bytes += proto.Size(one)
		for _, scope := range one.ScopeSpans {
			for _, span := range scope.Spans {
				c.spans[oteltrace.TraceID(span.TraceId)]++
			}
		}
	}
	return nil
}

// found is the part of the traces, in percent, of which at least one span has arrived.
func (c *collector) found(ids []oteltrace.TraceID) float64 {
	n := 0
	for _, id := range ids {
		if c.spans[id] > 0 {
			n++
		}
	}
	return 100 * float64(n) / float64(len(ids))
}

// A shop is four services, each with your sampler.
type shop struct {
	services map[string]*service
	out      *otlptrace.Exporter
}

type service struct {
	oteltrace.Tracer
	spans []trace.ReadOnlySpan
}

func (s *service) OnStart(context.Context, trace.ReadWriteSpan) {}
func (s *service) Shutdown(context.Context) error               { return nil }
func (s *service) ForceFlush(context.Context) error             { return nil }
func (s *service) OnEnd(span trace.ReadOnlySpan) {
	if span.SpanContext().IsSampled() { // as the exporters of OpenTelemetry do
		s.spans = append(s.spans, span)
	}
}

func newShop(ratio float64, sent *collector) *shop {
	s := &shop{services: map[string]*service{}, out: otlptrace.NewUnstarted(sent)}
	for _, name := range []string{"gateway", "order", "inventory", "wallet"} {
		one := &service{}
		provider := trace.NewTracerProvider(
			trace.WithSampler(newSampler(ratio)),
			trace.WithSpanProcessor(notable{one, time.Second}),
			trace.WithResource(resource.NewSchemaless(attribute.String("service.name", name), attribute.String("deployment.environment.name", "prod"))),
		)
		one.Tracer = provider.Tracer("shop")
		s.services[name] = one
	}
	return s
}

// send exports what the services have kept.
func (s *shop) send(t *testing.T) {
	for _, name := range []string{"gateway", "order", "inventory", "wallet"} {
		for spans := s.services[name].spans; len(spans) > 0; {
			n := min(512, len(spans))
			if err := s.out.ExportSpans(context.Background(), spans[:n]); err != nil {
				t.Fatal(err)
			}
			spans = spans[n:]
		}
	}
}

// purchase is what one purchase does in the four services.
func (s *shop) purchase(fails, slow bool) oteltrace.TraceID {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ctx, request := s.start(context.Background(), "gateway", "POST /v1/orders", oteltrace.SpanKindServer)
	ctx, call := s.start(ctx, "gateway", "shop.order.v1.OrderService/CreateOrder", oteltrace.SpanKindClient)
	ctx, server := s.start(s.remote(ctx), "order", "shop.order.v1.OrderService/CreateOrder", oteltrace.SpanKindServer)
	s.queries(ctx, "order", 7)
	if fails {
		for _, span := range []oteltrace.Span{server, call, request} {
			span.SetStatus(codes.Error, "connection reset by peer")
		}
	}
	for _, step := range []struct{ service, message string }{{"inventory", "inventory.stock.reserve"}, {"wallet", "wallet.balance.deduct"}, {"order", "order.saga.reply"}} {
		sent, publish := s.start(ctx, "order", step.message+" publish", oteltrace.SpanKindProducer)
		work, consumer := s.start(s.remote(sent), step.service, step.message+" process", oteltrace.SpanKindConsumer)
		s.queries(work, step.service, 5)
		took := 20 * time.Millisecond
		if slow && step.service == "wallet" {
			took = 1200 * time.Millisecond
		}
		publish.End(oteltrace.WithTimestamp(start.Add(time.Millisecond)))
		consumer.End(oteltrace.WithTimestamp(start.Add(took)))
	}
	for _, span := range []oteltrace.Span{server, call, request} {
		span.End(oteltrace.WithTimestamp(start.Add(30 * time.Millisecond)))
	}
	return request.SpanContext().TraceID()
}

func (s *shop) queries(ctx context.Context, service string, n int) {
	for range n {
		_, query := s.start(ctx, service, "UPDATE orders", oteltrace.SpanKindClient, attribute.String("db.system.name", "postgresql"),
			attribute.String("db.query.text", "UPDATE orders SET status = $1, version = version + 1 WHERE id = $2 AND version = $3"))
		query.End(oteltrace.WithTimestamp(time.Date(2026, 1, 1, 0, 0, 0, 2_000_000, time.UTC)))
	}
}

func (s *shop) start(ctx context.Context, service, name string, kind oteltrace.SpanKind, more ...attribute.KeyValue) (context.Context, oteltrace.Span) {
	return s.services[service].Start(ctx, name, oteltrace.WithSpanKind(kind), oteltrace.WithTimestamp(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
		oteltrace.WithAttributes(append(more, attribute.String("server.address", service), attribute.Int("server.port", 9000))...))
}

// remote is the context as the next service gets it, in the header of a call or a message.
func (s *shop) remote(ctx context.Context) context.Context {
	return oteltrace.ContextWithRemoteSpanContext(context.Background(), oteltrace.SpanContextFromContext(ctx).WithRemote(true))
}
