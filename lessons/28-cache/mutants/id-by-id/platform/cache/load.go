package cache

import (
	"context"

	"golang.org/x/sync/singleflight"
)

func (l *CacheLoader[T]) share(ctx context.Context, ids []string, load loadFunc[T], reachable bool) (map[string]entry[T], error) {
	results := make([]<-chan singleflight.Result, len(ids))
	for i, id := range ids {
		results[i] = l.flights.DoChan(id, func() (any, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.LoadTimeout)
			defer cancel()
			var loaded map[string]entry[T]
			var err error
			if reachable {
				loaded, err = l.loadAndStore(ctx, []string{id}, load)
			} else {
				loaded, err = l.load(ctx, []string{id}, load)
			}
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
