package outbox

import (
	"context"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/correlation"
	"shop/platform/messaging"
)

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
	if m.Trace == nil && !trace.SpanContextFromContext(ctx).IsRemote() {
		m.Trace = map[string]string{}
		propagation.TraceContext{}.Inject(ctx, propagation.MapCarrier(m.Trace))
	}
	return m
}
