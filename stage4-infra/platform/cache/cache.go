// Package cache keeps copies in Redis of what is expensive to load. A cache makes a service faster and never less correct than its loader:
// errors are not cached, a deleted value does not come back, and without Redis every value is loaded.
package cache

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"
)

// CacheLoader returns values of T by id: from the cache, or else from a loader, whose result it caches. Callers in one process that miss the
// same value share one load.
//
// Who changes a value calls Delete after the commit, and nobody sets one: two writers who set could leave the older value behind.
type CacheLoader[T any] struct {
	client  *redis.Client
	cfg     Config
	prefix  string
	flights singleflight.Group
	counts  counters
}

// New returns a CacheLoader. The keys name its purpose and the version of T: increase the version with every change of T that makes old
// copies unreadable.
func New[T any](client *redis.Client, purpose string, version int, cfg Config, metrics *Metrics) *CacheLoader[T] {
	return &CacheLoader[T]{
		client: client, cfg: cfg, prefix: "cache:" + purpose + ":v" + strconv.Itoa(version) + ":", counts: metrics.of(purpose),
	}
}

// Get returns the value of id; false when it does not exist. load says the same of the source. Its context ends after the load timeout, and
// not with ctx: other callers may wait for the same load. Get itself returns when ctx ends.
func (l *CacheLoader[T]) Get(
	ctx context.Context, id string, load func(ctx context.Context) (value T, exists bool, err error),
) (value T, exists bool, err error) {
	found, err := l.get(ctx, []string{id}, func(ctx context.Context, _ []string) (map[string]T, error) {
		value, exists, err := load(ctx)
		if err != nil || !exists {
			return nil, err
		}
		return map[string]T{id: value}, nil
	})
	return found[id].value, found[id].exists, err
}

// GetMany returns the values of those ids that exist. load gets the ids that are not cached and returns those that exist. It is called at
// most once, as described at Get.
func (l *CacheLoader[T]) GetMany(
	ctx context.Context, ids []string, load func(ctx context.Context, ids []string) (map[string]T, error),
) (map[string]T, error) {
	found, err := l.get(ctx, ids, load)
	if err != nil {
		return nil, err
	}
	values := make(map[string]T, len(found))
	for id, copied := range found {
		if copied.exists {
			values[id] = copied.value
		}
	}
	return values, nil
}

// Delete removes the copies. Call it after the commit that changed the values: before the commit, a reader would cache the old one again.
// Loads that are under way return what they find, but do not cache it. After an error the copies stay until they expire.
func (l *CacheLoader[T]) Delete(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		l.flights.Forget(id) // who asks from now on must not get what was loaded before the change
	}
	return l.client.Del(ctx, l.keys(ids)...).Err()
}

func (l *CacheLoader[T]) get(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	found, err := l.lookup(ctx, ids)
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id].known })
	l.counts.hits.Add(float64(len(ids) - len(missing)))
	if len(missing) == 0 {
		return found, nil
	}
	l.counts.misses.Add(float64(len(missing)))
	loaded, err := l.share(ctx, missing, load, err == nil)
	if err != nil {
		return nil, err
	}
	maps.Copy(found, loaded)
	return found, nil
}

func (l *CacheLoader[T]) keys(ids []string) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = l.prefix + id
	}
	return keys
}
