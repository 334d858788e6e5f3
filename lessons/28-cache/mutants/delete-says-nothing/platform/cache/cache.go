package cache

import "context"

func (l *CacheLoader[T]) Delete(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		l.flights.Forget(id)
	}
	if err := l.client.Del(ctx, l.keys(ids)...).Err(); err != nil {
		l.counts.errors.Inc()
	}
	return nil
}
