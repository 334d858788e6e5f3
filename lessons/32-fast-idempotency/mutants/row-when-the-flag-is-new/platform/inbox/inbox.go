package inbox

import (
	"context"

	"shop/platform/messaging"
)

type flags interface {
	begin(ctx context.Context, key string) string
	finish(ctx context.Context, key string)
}

// Wrap wraps.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {

		key := scope + "/" + m.ID
		before := i.flags.begin(ctx, key)
		if before == done {
			return nil
		}
		err := i.tx.WithTx(ctx, func(ctx context.Context) error {
			first, err := i.store.Record(ctx, scope, m.ID)
			if err != nil || !first && before == "" {
				return err
			}
			return h(ctx, m)
		})
		if err != nil {
			return err
		}
		i.flags.finish(ctx, key)
		return nil
	}
}
