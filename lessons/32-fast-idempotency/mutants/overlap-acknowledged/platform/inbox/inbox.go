package inbox

import (
	"context"

	"shop/platform/messaging"
	"shop/platform/postgres"
)

// Wrap wraps.
func (i *Inbox) Wrap(consumer string, h messaging.Handler) messaging.Handler {
	scope := "message/" + consumer
	return func(ctx context.Context, m messaging.Message) error {

		key := scope + "/" + m.ID
		if i.flags.begin(ctx, key) {
			return nil
		}
		tried := false
		err := i.tx.WithTx(ctx, func(ctx context.Context) error {
			var free bool
			if err := postgres.GetDBTX(ctx, nil).QueryRow(ctx, "SELECT pg_try_advisory_xact_lock(hashtext($1))", key).Scan(&free); err != nil {
				return err
			}
			if !free {
				return nil
			}
			tried = true
			first, err := i.store.Record(ctx, scope, m.ID)
			if err != nil || !first {
				return err
			}
			return h(ctx, m)
		})
		if err != nil {
			return err
		}
		if tried {
			i.flags.finish(ctx, key)
		}
		return nil
	}
}
