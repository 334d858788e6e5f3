package outbox

import (
	"context"

	"github.com/jackc/pgx/v5"

	"shop/platform/messaging"
)

// Append stores messages in the transaction of ctx, in this order; it fails without a transaction. An empty ID, OccurredAt, CorrelationID
// or Trace is filled in.
//
// A message that the broker could not take is refused here, because in the outbox it would stop all later ones of its aggregate.
func (w *Writer) Append(ctx context.Context, messages ...messaging.Message) error {
	// TODO: nothing is stored yet, so nothing is ever sent.
	return nil
}

//stagecraft:drop
func (w *Writer) complete(ctx context.Context, m messaging.Message) messaging.Message { return m }

//stagecraft:drop
const insert = ``

//stagecraft:drop
func queueInsert(batch *pgx.Batch, messages []messaging.Message) {}
