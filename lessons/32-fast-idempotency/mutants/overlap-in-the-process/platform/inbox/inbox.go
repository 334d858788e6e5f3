package inbox

import (
	"context"
	"sync"

	"shop/platform/messaging"
)

//stagecraft:add
var handling sync.Map

// Wrap wraps.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {

		key := scope + "/" + m.ID
		if i.flags.begin(ctx, key) {
			return nil
		}
		if _, busy := handling.LoadOrStore(key, true); busy {
			return nil
		}
		defer handling.Delete(key)
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
		i.flags.finish(ctx, key)
		return nil
	}
}
