package inbox

import (
	"context"
	"errors"

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
		switch i.flags.begin(ctx, key) {
		case done:
			return nil
		case inProgress:
			return errors.New("another process handles the message")
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
		i.flags.finish(ctx, key)
		return nil
	}
}
