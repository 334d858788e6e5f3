package cache

import "context"

func (l *CacheLoader[T]) share(ctx context.Context, ids []string, load loadFunc[T], reachable bool) (map[string]entry[T], error) {
	if !reachable {
		return l.load(ctx, ids, load)
	}
	return l.loadAndStore(ctx, ids, load)
}
