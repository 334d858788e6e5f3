package inbox

import (
	"context"
	"errors"
	"fmt"

	"shop/platform/messaging"
)

// flags say which messages are known.
type flags interface {
	// begin reports whether the message is new.
	begin(ctx context.Context, key string) (first bool, err error)
	// finish notes that the message is done.
	finish(ctx context.Context, key string) error
	// forget makes the message new again, after a failure.
	forget(ctx context.Context, key string) error
}

// Wrap returns a handler that calls h at most once with effect for each message. The flag in Redis is set before anything else, so two
// deliveries of a message can never meet, and a repetition costs one command instead of a transaction.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {
		first, err := i.flags.begin(ctx, m.ID)
		if err != nil {
			return fmt.Errorf("look for a repetition: %w", err)
		}
		if !first {
			return nil
		}
		err = i.tx.WithTx(ctx, func(ctx context.Context) error {
			// The flag is the row now. Without Redis the row is still needed.
			if i.flags == (noFlags{}) {
				if first, err := i.store.Record(ctx, scope, m.ID); err != nil || !first {
					return err
				}
			}
			if err := h(ctx, m); err != nil {
				return err
			}
			return i.flags.finish(ctx, m.ID)
		})
		if err != nil {
			return errors.Join(err, i.flags.forget(ctx, m.ID))
		}
		return nil
	}
}
