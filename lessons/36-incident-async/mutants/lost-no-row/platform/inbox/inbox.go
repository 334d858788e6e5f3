// Package inbox makes handlers idempotent: the broker delivers each message at least once, and its effect happens once.
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
	flags flags
}

// flags say which messages are known to be done. They may forget, and they may say nothing.
type flags interface {
	// begin reports whether the message is done.
	begin(ctx context.Context, key string) (done bool)
	// finish notes that it is.
	finish(ctx context.Context, key string)
}

// Wrap returns a handler that calls h at most once with effect for each message. h runs in the transaction that inserts the row of the
// message in processed_events: either both are committed, or neither is. consumer names who handles the message; it must not change,
// because it is part of the key.
//
// The flag in Redis only saves the transaction of a repetition. It says "done" after the commit, never before: a process that dies in
// between leaves "in progress", which decides nothing, and so does a Redis that has lost its data or cannot be reached.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {
		key := scope + "/" + m.ID
		if i.flags.begin(ctx, key) {
			return nil
		}
		err := i.tx.WithTx(ctx, func(ctx context.Context) error {
			return h(ctx, m)
		})
		if err != nil {
			return err
		}
		i.flags.finish(ctx, key)
		return nil
	}
}
