package usecase

import (
	"context"
	"time"
)

func withMargin(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	deadline, bounded := ctx.Deadline()
	if !bounded {
		return ctx, cancel
	}
	left := time.Until(deadline)
	work, release := context.WithTimeout(ctx, max(left-margin, left-left/4))
	return work, func() {
		release()
		cancel()
	}
}
