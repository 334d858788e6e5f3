package cache

import (
	"context"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/singleflight"

	"shop/platform/parallel"
)

type loadFunc[T any] func(ctx context.Context, ids []string) (map[string]T, error)

// share loads the ids, or waits for the loads of others that are under way. All ids for which there is none are loaded with one call.
func (l *CacheLoader[T]) share(ctx context.Context, ids []string, load loadFunc[T], reachable bool) (map[string]entry[T], error) {
	batch := sync.OnceValues(func() (map[string]entry[T], error) {
		// The caller that happens to be first must not end the load of all others.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.LoadTimeout)
		defer cancel()
		if !reachable {
			return l.load(ctx, ids, load)
		}
		return l.loadAndStore(ctx, ids, load)
	})
	results := make([]<-chan singleflight.Result, len(ids))
	for i, id := range ids {
		results[i] = l.flights.DoChan(id, func() (any, error) {
			loaded, err := batch()
			return loaded[id], err
		})
	}
	loaded := make(map[string]entry[T], len(ids))
	for i, id := range ids {
		select {
		case result := <-results[i]:
			if result.Err != nil {
				return nil, result.Err
			}
			loaded[id] = result.Val.(entry[T])
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return loaded, nil
}

// loadAndStore loads what no other process has stored since the lookup.
func (l *CacheLoader[T]) loadAndStore(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	leases, found := l.claim(ctx, ids)
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id].known })
	if len(missing) == 0 {
		return found, nil
	}
	loaded, err := l.load(ctx, missing, load)
	if err != nil {
		return nil, err
	}
	l.store(ctx, leases, loaded)
	maps.Copy(found, loaded)
	return found, nil
}

// load calls the loader. A panic becomes an error: no server stands above the goroutine of a shared load to recover it.
func (l *CacheLoader[T]) load(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	var values map[string]T
	err := parallel.Protect(func() (err error) {
		values, err = load(ctx, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	loaded := make(map[string]entry[T], len(ids))
	for _, id := range ids {
		value, exists := values[id]
		loaded[id] = entry[T]{value: value, exists: exists, known: true}
	}
	return loaded, nil
}
