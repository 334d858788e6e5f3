package cache

import (
	"context"
	"sync"

	"golang.org/x/sync/singleflight"
)

func (l *CacheLoader[T]) share(ctx context.Context, ids []string, load loadFunc[T], reachable bool) (map[string]entry[T], error) {
	batch := sync.OnceValues(func() (map[string]entry[T], error) {
		ctx := context.WithoutCancel(ctx)
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
