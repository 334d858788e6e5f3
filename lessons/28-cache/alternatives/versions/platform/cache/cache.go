package cache

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Delete raises the version of each id, so that loads from before cannot store any more, and deletes the copies, in one transaction.
func (l *CacheLoader[T]) Delete(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		l.flights.Forget(id)
	}
	_, err := l.client.TxPipelined(ctx, func(commands redis.Pipeliner) error {
		for _, id := range ids {
			commands.Incr(ctx, l.versionKey(id))
			commands.Expire(ctx, l.versionKey(id), max(l.cfg.TTL, l.cfg.EmptyTTL)+2*l.cfg.LoadTimeout)
			commands.Del(ctx, l.prefix+id)
		}
		return nil
	})
	return err
}

//stagecraft:add
func (l *CacheLoader[T]) versionKey(id string) string { return "version:" + l.prefix + id }
