package cache

import (
	"context"
)

// Delete removes the copies. Call it after the commit that changed the values: before the commit, a reader would cache the old one again.
// Loads that are under way return what they find, but do not cache it. After an error the copies stay until they expire.
func (l *CacheLoader[T]) Delete(ctx context.Context, ids ...string) error {
	// TODO
	return nil
}

// get returns what is known about the ids: from the cache, and for those that are not there from load, whose result it caches.
func (l *CacheLoader[T]) get(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	// TODO: this works, but each caller loads everything each time.
	return l.load(ctx, ids, load)
}
