package inbox

import (
	"context"

	"shop/platform/idempotencystore"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

// Inbox remembers which messages were handled.
type Inbox struct {
	tx    *postgres.TxManager
	store *idempotencystore.Store
}

//stagecraft:drop
type flags interface{}

// Wrap returns a handler that calls h at most once with effect for each message. h runs in the transaction that inserts the row of the
// message in processed_events: either both are committed, or neither is. consumer names who handles the message; it must not change,
// because it is part of the key.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {
		return i.tx.WithTx(ctx, func(ctx context.Context) error {
			first, err := i.store.Record(ctx, scope, m.ID)
			if err != nil || !first {
				return err
			}
			return h(ctx, m)
		})
	}
}
