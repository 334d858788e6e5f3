package inbox

import (
	"context"

	"shop/platform/messaging"
)

type flags interface {
	begin(ctx context.Context, key string) bool
	finish(ctx context.Context, key string) error
}

// Wrap wraps.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {

		key := scope + "/" + m.ID
		if i.flags.begin(ctx, key) {
			return nil
		}
		err := i.tx.WithTx(ctx, func(ctx context.Context) error {
			first, err := i.store.Record(ctx, scope, m.ID)
			if err != nil || !first {
				return err
			}
			return h(ctx, m)
		})
		if err != nil {
			return err
		}
		return i.flags.finish(ctx, key)
	}
}
