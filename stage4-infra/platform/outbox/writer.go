// Package outbox publishes the messages that a service writes in its transactions: a message is stored with the change that it reports, and
// a relay sends it to the broker afterwards. Every message arrives at least once, and those of one aggregate in the order of their commits.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/propagation"

	"shop/platform/clock"
	"shop/platform/correlation"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

// maxName is the longest string that AMQP can send as a property or a routing key, in bytes.
const maxName = 255

// Writer adds messages to the transaction of its caller.
type Writer struct {
	maxPayload int
	now        clock.Clock
}

// NewWriter returns a Writer.
func NewWriter(cfg Config, now clock.Clock) *Writer {
	return &Writer{maxPayload: cfg.MaxPayload, now: now}
}

// Append stores messages in the transaction of ctx, in this order; it fails without a transaction. The messages of a transaction are
// inserted together, right before the commit. An empty ID, OccurredAt, CorrelationID or Trace is filled in.
//
// A message that the broker could not take is refused here, because in the outbox it would stop all later ones of its aggregate.
func (w *Writer) Append(ctx context.Context, messages ...messaging.Message) error {
	complete := make([]messaging.Message, len(messages))
	for i, m := range messages {
		complete[i] = w.complete(ctx, m)
		if err := w.validate(complete[i]); err != nil {
			return fmt.Errorf("append %s to the outbox: %w", m.Type, err)
		}
	}
	if err := postgres.BeforeCommit(ctx, queueInsert, complete...); err != nil {
		return fmt.Errorf("append to the outbox: %w", err)
	}
	return nil
}

func (w *Writer) complete(ctx context.Context, m messaging.Message) messaging.Message {
	if m.ID == "" {
		m.ID = uuid.Must(uuid.NewV7()).String() // in the order of time, which the primary key likes
	}
	if m.OccurredAt.IsZero() {
		m.OccurredAt = w.now()
	}
	if m.CorrelationID == "" {
		m.CorrelationID = correlation.From(ctx)
	}
	if m.Trace == nil {
		m.Trace = map[string]string{}
		propagation.TraceContext{}.Inject(ctx, propagation.MapCarrier(m.Trace))
	}
	return m
}

func (w *Writer) validate(m messaging.Message) error {
	switch {
	case m.Type == "" || len(m.Type) > maxName:
		return errors.New("a type must have 1 to 255 bytes")
	case len(m.ID) > maxName || len(m.CorrelationID) > maxName:
		return errors.New("an id must have at most 255 bytes")
	case m.AggregateType == "" || m.AggregateID == "":
		return errors.New("no aggregate")
	case len(m.Payload) > w.maxPayload:
		return fmt.Errorf("the payload has %d bytes, the limit is %d", len(m.Payload), w.maxPayload)
	}
	return nil
}

// The rows get their seq in the order of the arrays. It is drawn while the aggregate is locked, so it is in the order of the commits.
const insert = `
INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent,
    tracestate, payload)
SELECT id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent, tracestate, payload
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::timestamptz[], $8::text[], $9::text[], $10::text[],
    $11::text[]::json[]) WITH ORDINALITY AS new (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at,
    correlation_id, traceparent, tracestate, payload, n)
ORDER BY n`

// channel is where PostgreSQL notifies the relays of new events.
const channel = "outbox_events"

const notify = `SELECT pg_notify('` + channel + `', '')`

func queueInsert(batch *pgx.Batch, messages []messaging.Message) {
	var (
		n                                  = len(messages)
		ids, aggregateTypes, aggregateIDs  = make([]string, n), make([]string, n), make([]string, n)
		types, versions, sequences         = make([]string, n), make([]int, n), make([]int64, n)
		times, correlations                = make([]time.Time, n), make([]string, n)
		traceparents, tracestates, content = make([]string, n), make([]string, n), make([]string, n)
	)
	for i, m := range messages {
		ids[i], aggregateTypes[i], aggregateIDs[i] = m.ID, m.AggregateType, m.AggregateID
		types[i], versions[i], sequences[i] = m.Type, m.Version, m.Sequence
		times[i], correlations[i] = m.OccurredAt, m.CorrelationID
		traceparents[i], tracestates[i], content[i] = m.Trace["traceparent"], m.Trace["tracestate"], string(m.Payload)
	}
	batch.Queue(insert, ids, aggregateTypes, aggregateIDs, types, versions, sequences, times, correlations, traceparents, tracestates, content)
	batch.Queue(notify)
}
