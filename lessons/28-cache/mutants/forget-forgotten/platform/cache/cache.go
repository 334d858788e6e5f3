package cache

import "context"

func (l *CacheLoader[T]) Delete(ctx context.Context, ids ...string) error {
	return l.client.Del(ctx, l.keys(ids)...).Err()
}
