package outbox

import (
	"context"
	"fmt"

	"shop/platform/messaging"
	"shop/platform/postgres"
)

func (w *Writer) Append(ctx context.Context, messages ...messaging.Message) error {
	complete := make([]messaging.Message, len(messages))
	for i, m := range messages {
		if i > 0 && m.Trace == nil {
			m.Trace = complete[0].Trace
		}
		complete[i] = w.complete(ctx, m)
		if err := w.validate(complete[i]); err != nil {
			return fmt.Errorf("append %s to the outbox: %w", m.Type, err)
		}
	}
	if err := postgres.BeforeCommit(ctx, queueInsert, complete...); err != nil {
		return fmt.Errorf("append to the outbox: %w", err)
	}
	return nil
}
