package inbox

import (
	"context"

	"shop/platform/messaging"
)

// Wrap returns a handler that calls h at most once with effect for each message.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	return func(ctx context.Context, m messaging.Message) (err error) {
		scope := "message/" + consumer
		if i.flags.begin(ctx, scope+"/"+m.ID) {
			return nil
		}
		defer func() {
			if err == nil {
				i.flags.finish(ctx, scope+"/"+m.ID)
			}
		}()
		return i.tx.WithTx(ctx, func(tx context.Context) error {
			switch first, err := i.store.Record(tx, scope, m.ID); {
			case err != nil:
				return err
			case first:
				return h(tx, m)
			default:
				return nil
			}
		})
	}
}
