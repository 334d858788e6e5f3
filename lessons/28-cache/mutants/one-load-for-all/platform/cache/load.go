package cache

import (
	"context"
	"maps"
	"sync"
)

// loading is held during each load.
//
//stagecraft:add
var loading sync.Mutex

func (l *CacheLoader[T]) share(ctx context.Context, ids []string, load loadFunc[T], reachable bool) (map[string]entry[T], error) {
	loading.Lock()
	defer loading.Unlock()
	found, err := l.lookup(ctx, ids)
	var missing []string
	for _, id := range ids {
		if !found[id].known {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	loaded := map[string]entry[T]{}
	if err != nil {
		loaded, err = l.load(ctx, missing, load)
	} else {
		loaded, err = l.loadAndStore(ctx, missing, load)
	}
	maps.Copy(found, loaded)
	return found, err
}
