package inbox

import (
	"context"

	"shop/platform/messaging"
)

// Wrap returns a handler that calls h at most once with effect for each message. h runs in the transaction that inserts the row of the
// message in processed_events: either both are committed, or neither is. consumer names who handles the message; it must not change,
// because it is part of the key.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {
		key := scope + "/" + m.ID
		if i.flags.begin(ctx, key) {
			return nil
		}
		// TODO: no row is inserted, so a repetition calls h again.
		return h(ctx, m)
	}
}
