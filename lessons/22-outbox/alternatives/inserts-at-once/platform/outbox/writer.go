package outbox

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/propagation"

	"shop/platform/correlation"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

// Append inserts the messages at once, one by one.
func (w *Writer) Append(ctx context.Context, messages ...messaging.Message) error {
	if err := postgres.BeforeCommit[struct{}](ctx, func(*pgx.Batch, []struct{}) {}); err != nil {
		return err // there is no transaction
	}
	batch := &pgx.Batch{}
	for _, m := range messages {
		row, err := w.row(ctx, m)
		if err != nil {
			return err
		}
		batch.Queue(insertOne, row...)
	}
	batch.Queue(notify)
	if err := postgres.GetDBTX(ctx, nil).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("append %d messages: %w", len(messages), err)
	}
	return nil
}

//stagecraft:add
const insertOne = `INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id,
	traceparent, tracestate, payload) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

//stagecraft:add
func (w *Writer) row(ctx context.Context, m messaging.Message) ([]any, error) {
	carrier := propagation.MapCarrier{}
	if m.Trace != nil {
		carrier = m.Trace
	} else {
		propagation.TraceContext{}.Inject(ctx, carrier)
	}
	if m.CorrelationID == "" {
		m.CorrelationID = correlation.From(ctx)
	}
	if m.ID == "" {
		m.ID = uuid.NewString()
	}
	if m.OccurredAt.IsZero() {
		m.OccurredAt = w.now()
	}
	return []any{
		m.ID, m.AggregateType, m.AggregateID, m.Type, m.Version, m.Sequence, m.OccurredAt, m.CorrelationID, carrier["traceparent"], carrier["tracestate"],
		string(m.Payload),
	}, w.validate(m)
}

//stagecraft:drop
const insert = ``

//stagecraft:drop
func (w *Writer) complete(ctx context.Context, m messaging.Message) messaging.Message { return m }

//stagecraft:drop
func queueInsert(batch *pgx.Batch, messages []messaging.Message) {}
