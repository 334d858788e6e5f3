package outbox

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/propagation"

	"shop/platform/correlation"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

// Append collects the messages for the commit.
func (w *Writer) Append(ctx context.Context, messages ...messaging.Message) error {
	filled := slices.Clone(messages)
	for i := range filled {
		w.fill(ctx, &filled[i])
		if err := w.validate(filled[i]); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
	}
	return postgres.BeforeCommit(ctx, func(batch *pgx.Batch, all []messaging.Message) {
		for _, m := range all {
			batch.Queue(`INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at,
				correlation_id, traceparent, tracestate, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
				m.ID, m.AggregateType, m.AggregateID, m.Type, m.Version, m.Sequence, m.OccurredAt, m.CorrelationID,
				m.Trace["traceparent"], m.Trace["tracestate"], string(m.Payload))
		}
		batch.Queue(notify)
	}, filled...)
}

//stagecraft:add
func (w *Writer) fill(ctx context.Context, m *messaging.Message) {
	if m.ID == "" {
		m.ID = uuid.NewString()
	}
	if m.OccurredAt.IsZero() {
		m.OccurredAt = w.now()
	}
	if m.CorrelationID == "" {
		m.CorrelationID = correlation.From(ctx)
	}
	if m.Trace == nil {
		carrier := propagation.MapCarrier{}
		propagation.TraceContext{}.Inject(ctx, carrier)
		m.Trace = carrier
	}
}

//stagecraft:drop
const insert = ``

//stagecraft:drop
func (w *Writer) complete(ctx context.Context, m messaging.Message) messaging.Message { return m }

//stagecraft:drop
func queueInsert(batch *pgx.Batch, messages []messaging.Message) {}
