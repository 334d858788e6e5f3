package cache

import (
	"context"

	"shop/platform/parallel"
)

func (l *CacheLoader[T]) load(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	var values map[string]T
	_ = parallel.Protect(func() (err error) {
		values, err = load(ctx, ids)
		return err
	})
	loaded := make(map[string]entry[T], len(ids))
	for _, id := range ids {
		value, exists := values[id]
		loaded[id] = entry[T]{value: value, exists: exists, known: true}
	}
	return loaded, nil
}
