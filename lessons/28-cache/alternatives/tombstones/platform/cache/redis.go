package cache

import "context"

//stagecraft:drop
func (l *CacheLoader[T]) claim(ctx context.Context, ids []string) (leases map[string]string, found map[string]entry[T]) {
	return nil, nil
}

//stagecraft:drop
var replaceLeases = 0

//stagecraft:drop
func (l *CacheLoader[T]) store(ctx context.Context, leases map[string]string, loaded map[string]entry[T]) {
}
