package cache

import "context"

//stagecraft:drop
func (l *CacheLoader[T]) share(ctx context.Context, ids []string, load loadFunc[T], reachable bool) (map[string]entry[T], error) {
	return nil, nil
}

//stagecraft:drop
func (l *CacheLoader[T]) loadAndStore(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	return nil, nil
}
