package inbox

import (
	"context"

	"shop/platform/messaging"
)

// Wrap returns a handler that calls h at most once for each message. The row of the message in processed_events is stored before h runs, so
// that two replicas never do the same work side by side. consumer names who handles the message; it must not change, because it is part of
// the key.
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
		first, err := i.store.Record(ctx, scope, m.ID)
		if err != nil || !first {
			return err
		}
		if err := i.tx.WithTx(ctx, func(ctx context.Context) error { return h(ctx, m) }); err != nil {
			return err
		}
		i.flags.finish(ctx, key)
		return nil
	}
}
