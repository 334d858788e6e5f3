package outbox_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"shop/order/db"
	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/messaging"
	"shop/platform/outbox"
	"shop/platform/postgres"
)

const zztStuck = 20 * time.Second

// zztBroker confirms everything and keeps what it got.
type zztBroker struct {
	mu  sync.Mutex
	got map[string]messaging.Message
}

func (b *zztBroker) Publish(_ context.Context, m messaging.Message) (outbox.Confirmation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got[m.ID] = m
	return zztConfirmed{}, nil
}

type zztConfirmed struct{}

func (zztConfirmed) Wait(context.Context) error { return nil }

func (b *zztBroker) message(t *testing.T, id string) messaging.Message {
	t.Helper()
	for deadline := time.Now().Add(zztStuck); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		b.mu.Lock()
		m, ok := b.got[id]
		b.mu.Unlock()
		if ok {
			return m
		}
	}
	zztFail(t, "not-sent", "a message that was committed is not published", "the message", fmt.Sprintf("none for %v", zztStuck), "The trace is an addition to the message, and never a condition.")
	return messaging.Message{}
}

// zztSpan is the context of a call inside a span, which is recorded if the trace is sampled.
func zztSpan(ctx context.Context, n byte, sampled bool, state string) context.Context {
	parent := trace.SpanContextConfig{TraceID: trace.TraceID{n, 15: n}, SpanID: trace.SpanID{n, 7: 9}, TraceFlags: trace.TraceFlags(0).WithSampled(sampled)}
	parent.TraceState, _ = trace.ParseTraceState(state)
	ctx = trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(parent))
	ctx, _ = sdktrace.NewTracerProvider().Tracer("zz").Start(ctx, "call")
	return ctx
}

func zztRemote(ctx context.Context) context.Context {
	return trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{5}, SpanID: trace.SpanID{5}, TraceFlags: trace.FlagsSampled}))
}

// zztHeader is the traceparent of the context's span, "" without one.
func zztHeader(ctx context.Context) string {
	of := trace.SpanContextFromContext(ctx)
	if !of.IsValid() {
		return ""
	}
	return fmt.Sprintf("00-%s-%s-%s", of.TraceID(), of.SpanID(), of.TraceFlags())
}

func TestZZTracingOutbox(t *testing.T) {
	pool, err := postgres.NewPool(t.Context(), postgres.Config{
		URL: config.Secret(zztAddress(t)), MaxConns: 6, StatementTimeout: time.Minute, ConnectTimeout: time.Minute, ConnLifetime: time.Hour,
	})
	if err != nil {
		t.Skipf("make a pool: %v", err)
	}
	t.Cleanup(func() { go pool.Close() })
	otel.SetTextMapPropagator(propagation.TraceContext{}) // as platform/telemetry does
	zztMigrate(t)
	cfg := config.Defaults[outbox.Config]()
	cfg.PollBusy, cfg.PollIdle, cfg.PollQuiet = 5*time.Millisecond, 5*time.Millisecond, 5*time.Millisecond
	writer, broker := outbox.NewWriter(cfg, clock.System), &zztBroker{got: map[string]messaging.Message{}}
	relay := outbox.NewRelay(cfg, "zz", pool, broker, outbox.NewMetrics(prometheus.NewRegistry()), zap.NewNop())
	if err := relay.Start(t.Context()); err != nil {
		t.Skipf("start the relay: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = relay.Stop(ctx)
	})

	given := map[string]string{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "given=1"}
	cases := []struct {
		id, what   string
		ctx        context.Context
		trace      map[string]string
		tracestate string
		failure    string
	}{
		{"sampled", "a call in a sampled trace", zztSpan(t.Context(), 1, true, ""), nil, "", "lost"},
		{"state", "a call in a trace with a tracestate", zztSpan(t.Context(), 2, true, "shop=1,other=2"), nil, "shop=1,other=2", "state"},
		{"unsampled", "a call in a trace that is not sampled", zztSpan(t.Context(), 3, false, "shop=3"), nil, "shop=3", "unsampled"},
		{"remote", "a call whose span is in another process", zztRemote(t.Context()), nil, "", "lost"},
		{"given", "a message that has a trace already", zztSpan(t.Context(), 4, true, ""), given, given["tracestate"], "given"},
		{"none", "a call outside of any trace", t.Context(), nil, "", "invented"},
	}
	// Each in a transaction of its own, and then all in one: a transaction may serve several traces.
	tx := postgres.NewTxManager(pool)
	message := func(id string, trace map[string]string) messaging.Message {
		return messaging.Message{ID: id, Type: "order.order.created", Version: 1, AggregateType: "order", AggregateID: id, Trace: trace, Payload: []byte(`{}`)}
	}
	for _, c := range cases {
		if err := tx.WithTx(c.ctx, func(ctx context.Context) error { return writer.Append(ctx, message(c.id, c.trace)) }); err != nil {
			zztFail(t, "refused", "a message is refused: "+c.what, "no error", fmt.Sprintf("the error %q", err), "The trace is an addition to the message, and never a condition.")
		}
	}
	err = tx.WithTx(t.Context(), func(ctx context.Context) error {
		for _, c := range cases {
			own := trace.ContextWithSpan(ctx, trace.SpanFromContext(c.ctx))
			if err := writer.Append(own, message("together-"+c.id, c.trace)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		zztFail(t, "refused", "messages of several traces in one transaction are refused", "no error", fmt.Sprintf("the error %q", err), "The trace is an addition to the message, and never a condition.")
	}
	own := zztSpan(t.Context(), 6, true, "")
	err = tx.WithTx(own, func(ctx context.Context) error {
		return writer.Append(ctx, message("call-1", given), message("call-2", nil))
	})
	if err != nil {
		zztFail(t, "refused", "two messages of one call are refused", "no error", fmt.Sprintf("the error %q", err), "The trace is an addition to the message, and never a condition.")
	}
	for _, prefix := range []string{"", "together-"} {
		for _, c := range cases {
			what := c.what
			if prefix != "" {
				what += ", in one transaction with others"
			}
			parent := zztHeader(c.ctx)
			if c.trace != nil {
				parent = c.trace["traceparent"]
			}
			zztCompare(t, broker.message(t, prefix+c.id), what, parent, c.tracestate, c.failure)
		}
	}
	zztCompare(t, broker.message(t, "call-1"), "the first of two messages, which has a trace already", given["traceparent"], given["tracestate"], "given")
	zztCompare(t, broker.message(t, "call-2"), "the second of two messages, which has none", zztHeader(own), "", "given")
}

func zztCompare(t *testing.T, m messaging.Message, what, parent, state, failure string) {
	t.Helper()
	if m.Trace["traceparent"] == parent && m.Trace["tracestate"] == state {
		return
	}
	zztFail(t, failure, "a message leaves the outbox with another trace context than that of its call: "+what,
		fmt.Sprintf("traceparent %q and tracestate %q", parent, state),
		fmt.Sprintf("traceparent %q and tracestate %q", m.Trace["traceparent"], m.Trace["tracestate"]),
		"The outbox is the only link between the request and all that follows. Also a trace that is not sampled has an id, by which the logs of all services are joined, and its decision: what begins anew decides anew.")
}

func zztMigrate(t *testing.T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), zztAddress(t))
	if err != nil {
		t.Skipf("connect to the database: %v", err)
	}
	defer conn.Close(t.Context())
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Skipf("list the migrations: %v", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(db.Migrations, file)
		if err != nil {
			t.Skipf("read a migration: %v", err)
		}
		statements := []string{string(text)}
		if strings.HasPrefix(string(text), "-- atlas:txmode none") { // each statement by itself
			statements = strings.SplitAfter(string(text), ";\n")
		}
		for _, statement := range statements {
			if _, err := conn.Exec(t.Context(), statement); err != nil {
				t.Skipf("%s: %v", file, err)
			}
		}
	}
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
		t.Skipf("address of the server: %v", err)
	}
	return string(text)
}

func zztFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
