package job

import (
	"context"
	"fmt"
	"time"

	"stagecraft/stage1-mvp/platform/errs"
)

// ErrLockLost is the cause with which the context of the work ends when its lock belongs to somebody else, or soon may.
var ErrLockLost = errs.New(errs.Aborted, "JOB_LOCK_LOST", "the lock was lost")

// extensions is how often a lock is extended within its ttl, so that one failed attempt does not lose it.
const extensions = 3

// Hold extends the lock until stop is called, even after ctx has ended, because the work may need a moment to notice. The returned context
// ends with ErrLockLost when the lock is gone, or when Redis has been silent for so long that it will be gone before the next try.
func (l *Lock) Hold(ctx context.Context) (held context.Context, stop func()) {
	held, lose := context.WithCancelCause(ctx)
	watching, unwatch := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := l.watch(watching); err != nil {
			lose(err)
		}
	}()
	return held, func() {
		unwatch()
		<-ended
		lose(nil)
	}
}

// watch returns an error when the lock is lost, and nil when ctx ends. A try waits for half of the interval and no longer, so that one
// without an answer is followed by another, and the last one ends before the lock does.
func (l *Lock) watch(ctx context.Context) error {
	interval := l.ttl / extensions
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		ours, err := l.extendWithin(ctx, interval/2)
		switch {
		case ours || ctx.Err() != nil:
		case err == nil:
			return ErrLockLost
		case time.Since(l.known)+interval >= l.ttl:
			return fmt.Errorf("%w: %w", ErrLockLost, err)
		}
	}
}

func (l *Lock) extendWithin(ctx context.Context, limit time.Duration) (ours bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return l.extend(ctx)
}
