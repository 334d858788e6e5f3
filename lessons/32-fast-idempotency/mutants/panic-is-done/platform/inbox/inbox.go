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
		var err error
		defer func() {
			if err == nil {
				i.flags.finish(ctx, key)
			}
		}()
		err = i.tx.WithTx(ctx, func(ctx context.Context) error {
			first, err := i.store.Record(ctx, scope, m.ID)
			if err != nil || !first {
				return err
			}
			return h(ctx, m)
		})
		return err
	}
}
