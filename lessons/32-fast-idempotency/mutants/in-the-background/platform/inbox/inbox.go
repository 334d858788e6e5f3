package inbox

import (
	"context"

	"shop/platform/messaging"
)

// Wrap wraps.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {

		key := scope + "/" + m.ID
		if i.flags.begin(ctx, key) {
			return nil
		}
		err := i.tx.WithTx(ctx, func(tx context.Context) error {
			first, err := i.store.Record(tx, scope, m.ID)
			if err != nil || !first {
				return err
			}
			go func() { _ = h(ctx, m) }()
			return nil
		})
		if err != nil {
			return err
		}
		i.flags.finish(ctx, key)
		return nil
	}
}
