package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/correlation"
	"shop/platform/messaging"
)

func TestZZOutboxRow(t *testing.T) {
	b := zzwNew(t)
	zzwGiven(b)
	zzwFilledIn(b)
	zzwOrder(b)
	zzwTwice(b)
	zzwRefused(b)
	zzwWakes(b)
}

// zzwTraced returns a context inside of a span, with the headers that belong to it.
func zzwTraced(t *testing.T, flags trace.TraceFlags) (ctx context.Context, traceparent, state string) {
	t.Helper()
	states, err := trace.ParseTraceState("vendor=one")
	if err != nil {
		t.Skipf("trace state: %v", err)
	}
	span := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{0x4b, 15: 1}, SpanID: trace.SpanID{0x0f, 7: 2}, TraceFlags: flags, TraceState: states,
	})
	return trace.ContextWithSpanContext(context.Background(), span), "00-" + span.TraceID().String() + "-" + span.SpanID().String() + "-" + flags.String(), "vendor=one"
}

// zzwGiven stores messages whose fields are all there.
func zzwGiven(b *zzwBox) {
	b.t.Helper()
	traced, _, _ := zzwTraced(b.t, trace.FlagsSampled)
	ctx := correlation.With(traced, "request-of-the-context")
	occurred := zzwNow.Add(-time.Hour)
	message := messaging.Message{
		ID: "o1:3", Type: "order.order.paid", Version: 2, AggregateType: "order", AggregateID: "o1", Sequence: 3, OccurredAt: occurred,
		CorrelationID: "request-7", Trace: map[string]string{"traceparent": "00-aa-bb-01", "tracestate": "c=d"}, Payload: []byte(`{"total": 1000}`),
	}
	command := messaging.Message{
		ID: "cmd-1", Type: "inventory.stock.reserve", Version: 1, AggregateType: "saga", AggregateID: "s1", OccurredAt: occurred.Add(time.Second),
		CorrelationID: "request-8", Trace: map[string]string{"traceparent": "00-cc-dd-00"}, Payload: []byte(`{"sagaId": "s1"}`),
	}
	const what = "a transaction with Append of an event and of a command whose fields are all set"
	b.must(ctx, what, func(ctx context.Context) error { return b.writer.Append(ctx, message, command) })
	got := b.rows()
	if len(got) != 2 {
		zzwFail(b.t, "ordinary", what, "two rows in outbox_events after the commit", fmt.Sprintf("%d rows", len(got)), "an event that is not in the outbox is never sent")
	}
	zzwIs(b, "event", message, got[0])
	zzwIs(b, "command", command, got[1])
	b.clear()
}

// zzwIs requires that a row is the message.
func zzwIs(b *zzwBox, kind string, m messaging.Message, got zzwRow) {
	b.t.Helper()
	var wantPayload, gotPayload any
	_ = json.Unmarshal(m.Payload, &wantPayload)
	_ = json.Unmarshal([]byte(got.Payload), &gotPayload)
	got.OccurredAt = got.OccurredAt.UTC()
	if reflect.DeepEqual(wantPayload, gotPayload) {
		got.Payload = string(m.Payload)
	}
	want := zzwRow{m.ID, m.AggregateType, m.AggregateID, m.Type, m.Version, m.Sequence, m.OccurredAt, m.CorrelationID, m.Trace["traceparent"], m.Trace["tracestate"], string(m.Payload)}
	if got != want {
		zzwFail(b.t, "fields", "the row of a stored "+kind+" is not its message", fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got),
			"the relay and all consumers see the row, and never the message that the service had in memory")
	}
}

// zzwFilledIn stores messages with empty fields.
func zzwFilledIn(b *zzwBox) {
	b.t.Helper()
	traced, traceparent, state := zzwTraced(b.t, trace.FlagsSampled)
	bare := messaging.Message{Type: "order.saga.reply", Version: 1, AggregateType: "saga", AggregateID: "s1", Payload: []byte(`{}`)}
	const what = "Append of two messages without ID, OccurredAt, CorrelationID and Trace, inside of a span and of a request"
	var duplicate *pgconn.PgError
	err := b.inTx(correlation.With(traced, "request-1"), what, func(ctx context.Context) error { return b.writer.Append(ctx, bare, bare) })
	if errors.As(err, &duplicate) && duplicate.Code == "23505" {
		zzwFail(b.t, "id", what, "two ids, none empty", fmt.Sprintf("the error %q", err), "two replies of a saga have the same aggregate and no sequence; each is a message of its own")
	}
	if err != nil {
		zzwFail(b.t, "ordinary", what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
	rows := b.rows()
	if len(rows) != 2 {
		zzwFail(b.t, "ordinary", what, "two rows", fmt.Sprintf("%d rows", len(rows)), "an event that is not in the outbox is never sent")
	}
	if rows[0].ID == "" || rows[0].ID == rows[1].ID {
		zzwFail(b.t, "id", what, "two ids, none empty", fmt.Sprintf("%q and %q", rows[0].ID, rows[1].ID), "consumers drop a message whose id they have seen")
	}
	for _, row := range rows {
		if !row.OccurredAt.Equal(zzwNow) {
			zzwFail(b.t, "occurred-at", what, "occurred_at is the time of the clock that NewWriter got, "+zzwNow.String(), row.OccurredAt.UTC().String(), "tests and replays set the clock")
		}
		if row.Correlation != "request-1" {
			zzwFail(b.t, "correlation", what, `the correlation id of the context, "request-1"`, fmt.Sprintf("%q", row.Correlation),
				"the log lines of one purchase are in four services, and this id is what joins them")
		}
		if row.Traceparent != traceparent || row.State != state {
			zzwFail(b.t, "trace", what, fmt.Sprintf("traceparent %q and tracestate %q, from the span of the context", traceparent, state),
				fmt.Sprintf("%q and %q", row.Traceparent, row.State), "the relay sends later and has no span of the request: what is not in the row is lost, and the trace ends at the outbox")
		}
	}
	b.clear()
	traced, traceparent, state = zzwTraced(b.t, 0)
	b.must(traced, what, func(ctx context.Context) error { return b.writer.Append(ctx, bare) })
	if row := b.rows(); len(row) != 1 || row[0].Traceparent != traceparent || row[0].State != state {
		zzwFail(b.t, "trace", "Append of a message without a trace, inside of a span that is not sampled", "one row with traceparent "+traceparent, fmt.Sprintf("%+v", row),
			"a consumer without a parent decides anew, and a trace begins in the middle")
	}
	b.clear()
	b.must(context.Background(), what, func(ctx context.Context) error { return b.writer.Append(ctx, bare) })
	if row := b.rows(); len(row) != 1 || row[0].Traceparent != "" || row[0].State != "" {
		zzwFail(b.t, "trace", "Append of a message without a trace, and the context has no span", "one row with empty traceparent and tracestate", fmt.Sprintf("%+v", row),
			"an invented trace joins messages that have nothing to do with each other")
	}
	b.clear()
}

// zzwOrder appends several times in one transaction.
func zzwOrder(b *zzwBox) {
	b.t.Helper()
	const what = "one transaction calls Append with a-1 and b-1, then with a-2, then with b-2 and a-3, each time with statements in between"
	b.must(context.Background(), what, func(ctx context.Context) error {
		for i, ids := range []string{"a-1 b-1", "a-2", "b-2 a-3"} {
			var messages []messaging.Message
			for _, id := range strings.Fields(ids) {
				messages = append(messages, zzwMessage(id, id[:1]))
			}
			if err := b.writer.Append(ctx, messages...); err != nil {
				return err
			}
			if err := b.order(ctx, fmt.Sprint("order-", i)); err != nil {
				return err
			}
		}
		return nil
	})
	got := b.ids()
	if len(strings.Fields(got)) != 5 {
		zzwFail(b.t, "calls", what, "five rows: a-1 b-1 a-2 b-2 a-3", got, "a use case that changes several aggregates calls Append several times, and each event of it is needed")
	}
	if got != "a-1 b-1 a-2 b-2 a-3" {
		zzwFail(b.t, "order", what, "in the order of seq: a-1 b-1 a-2 b-2 a-3", got, "the relay sends in the order of seq, and a consumer that hears \"paid\" before \"created\" has no order to pay")
	}
	b.clear()
	const none = "a transaction calls Append without a message"
	if err := b.inTx(context.Background(), none, func(ctx context.Context) error { return b.writer.Append(ctx) }); err != nil || b.ids() != "" {
		zzwFail(b.t, "calls", none, "no error, and no row", fmt.Sprintf("the error %v; stored: [%s]", err, b.ids()), "a change that no other service needs to know is committed all the same")
	}
}

// zzwTwice appends the same slice in two transactions.
func zzwTwice(b *zzwBox) {
	b.t.Helper()
	messages := []messaging.Message{{Type: "order.saga.reply", Version: 1, AggregateType: "saga", AggregateID: "s1", Payload: []byte(`{}`)}}
	const what = "two transactions append the same slice of a message without ID"
	for i := range 2 {
		err := b.inTx(context.Background(), what, func(ctx context.Context) error { return b.writer.Append(ctx, messages...) })
		if err != nil || messages[0].ID != "" {
			zzwFail(b.t, "caller", what, "both succeed, and the slice stays as it is", fmt.Sprintf("in transaction %d the error %v; the ID in the slice is %q", i+1, err, messages[0].ID),
				"the slice belongs to the caller: an id that is left in it is used again")
		}
	}
	if got := strings.Fields(b.ids()); len(got) != 2 || got[0] == got[1] {
		zzwFail(b.t, "caller", what, "two rows with two ids", strings.Join(got, " "), "the second message would be taken for a repetition of the first")
	}
	b.clear()
}

// zzwRefused appends messages that the broker could not take.
func zzwRefused(b *zzwBox) {
	b.t.Helper()
	for name, spoil := range map[string]func(m *messaging.Message){
		"without a type":                        func(m *messaging.Message) { m.Type = "" },
		"with a type of 256 bytes":              func(m *messaging.Message) { m.Type = strings.Repeat("x", 256) },
		"with an id of 256 bytes":               func(m *messaging.Message) { m.ID = strings.Repeat("x", 256) },
		"without an aggregate":                  func(m *messaging.Message) { m.AggregateID = "" },
		"with more bytes than cfg.MaxPayload":   func(m *messaging.Message) { m.Payload = []byte(`"` + strings.Repeat("x", 1000) + `"`) },
		"with a correlation id of 256 bytes":    func(m *messaging.Message) { m.CorrelationID = strings.Repeat("x", 256) },
		"without the type of its own aggregate": func(m *messaging.Message) { m.AggregateType = "" },
	} {
		bad := zzwMessage("bad", "b")
		spoil(&bad)
		what := "Append of a good message and one " + name
		var refused error
		if err := b.inTx(context.Background(), what, func(ctx context.Context) error {
			refused = b.writer.Append(ctx, zzwMessage("good", "a"), bad)
			return nil
		}); refused == nil {
			zzwFail(b.t, "invalid", what, "Append returns an error", fmt.Sprintf("no error of Append; the transaction ends with %v", err),
				"the broker never takes this message, so in the outbox it stops all later ones of its aggregate")
		}
		if got := b.ids(); got != "" {
			zzwFail(b.t, "invalid", what+"; the caller commits all the same", "neither of the two is stored", "stored: "+got, "half of a call is a state that its caller does not know of")
		}
	}
	b.clear()
	b.must(context.Background(), "Append of a message whose payload has as many bytes as cfg.MaxPayload", func(ctx context.Context) error {
		largest := zzwMessage("largest", "a")
		largest.Payload = []byte(`"` + strings.Repeat("x", 998) + `"`)
		return b.writer.Append(ctx, largest)
	})
	b.clear()
}

// zzwWakes listens as the relays do.
func zzwWakes(b *zzwBox) {
	b.t.Helper()
	b.exec(`LISTEN outbox_events`)
	b.must(context.Background(), "Append of a message", func(ctx context.Context) error { return b.writer.Append(ctx, zzwMessage("n-1", "n")) })
	b.exec(`LISTEN zz_end`)
	b.exec(`NOTIFY zz_end`)
	ctx, cancel := context.WithTimeout(context.Background(), zzwStuck)
	defer cancel()
	notification, err := b.observe.WaitForNotification(ctx)
	if err != nil {
		b.t.Skipf("wait for a notification: %v", err)
	}
	if notification.Channel != "outbox_events" {
		zzwFail(b.t, "notify", "a transaction with a message is committed", "a notification on the channel outbox_events", "none", "without it the event waits until a relay looks by itself, up to OUTBOX_POLL_QUIET (5 s)")
	}
	b.clear()
}
