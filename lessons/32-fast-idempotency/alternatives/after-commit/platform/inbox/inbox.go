package inbox

import (
	"context"

	"shop/platform/messaging"
	"shop/platform/postgres"
)

// Wrap sets the flag in a function that runs after the commit.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	return func(ctx context.Context, m messaging.Message) error {
		key := "message/" + consumer + "/" + m.ID
		if i.flags.begin(ctx, key) {
			return nil
		}
		return i.tx.WithTx(ctx, func(ctx context.Context) error {
			first, err := i.store.Record(ctx, "message/"+consumer, m.ID)
			if err != nil {
				return err
			}
			postgres.AfterCommit(ctx, func(ctx context.Context) { i.flags.finish(ctx, key) })
			if !first {
				return nil
			}
			return h(ctx, m)
		})
	}
}
