package redislock

import (
	"context"

	"github.com/go-redsync/redsync/v4"
	"github.com/go-redsync/redsync/v4/redis/goredis/v9"
	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"shop/platform/lock"
	"shop/platform/logging"
)

// Locker implements lock.Locker.
type Locker struct {
	cfg    Config
	client *redis.Client
	sync   *redsync.Redsync
	fences lock.Fences
}

// New returns a Locker.
func New(client *redis.Client, cfg Config, fences lock.Fences) *Locker {
	return &Locker{cfg: cfg, client: client, sync: redsync.New(goredis.NewPool(client)), fences: fences}
}

// unlock has a context of its own: the work may have used up that of the caller.
func (l *Locker) unlock(ctx context.Context, mutex *redsync.Mutex) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.UnlockTimeout)
	defer cancel()
	if err := l.client.Del(ctx, mutex.Name()).Err(); err != nil {
		logging.From(ctx).Warn("lock not released, it will expire", logging.Event("platform.lock.unlock_failed"),
			zap.String("key", mutex.Name()), logging.Error(err))
	}
}
