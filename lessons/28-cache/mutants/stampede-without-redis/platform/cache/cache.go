package cache

import (
	"context"
	"maps"
)

func (l *CacheLoader[T]) get(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	found, err := l.lookup(ctx, ids)
	if err != nil {
		ctx, cancel := context.WithTimeout(ctx, l.cfg.LoadTimeout)
		defer cancel()
		return l.load(ctx, ids, load)
	}
	var missing []string
	for _, id := range ids {
		if !found[id].known {
			missing = append(missing, id)
		}
	}
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
