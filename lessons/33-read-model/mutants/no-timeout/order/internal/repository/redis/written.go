package redis

import (
	"context"
)

func (w *Written) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}
