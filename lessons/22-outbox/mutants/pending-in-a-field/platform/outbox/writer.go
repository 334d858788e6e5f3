package outbox

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"shop/platform/clock"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

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
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, complete...)
	return postgres.BeforeCommit(ctx, func(batch *pgx.Batch, _ []struct{}) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.pending) > 0 {
			queueInsert(batch, w.pending)
			w.pending = nil
		}
	}, struct{}{})
}

// Writer adds messages to the transaction of its caller.
type Writer struct {
	maxPayload int
	now        clock.Clock

	mu      sync.Mutex
	pending []messaging.Message
}
