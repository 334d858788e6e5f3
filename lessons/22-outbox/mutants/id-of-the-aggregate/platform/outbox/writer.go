package outbox

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/propagation"

	"shop/platform/correlation"
	"shop/platform/messaging"
)

func (w *Writer) complete(ctx context.Context, m messaging.Message) messaging.Message {
	if m.ID == "" {
		m.ID = fmt.Sprintf("%s:%d", m.AggregateID, m.Sequence)
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
