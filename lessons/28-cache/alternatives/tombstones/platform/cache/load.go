package cache

import (
	"context"
	"encoding/json"
)

//stagecraft:drop
func (l *CacheLoader[T]) share(ctx context.Context, ids []string, load loadFunc[T], reachable bool) (map[string]entry[T], error) {
	return nil, nil
}

//stagecraft:drop
func (l *CacheLoader[T]) loadAndStore(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	return nil, nil
}

// work loads what the calls are for, stores it where nothing lies, and ends the calls.
//
//stagecraft:add
func (l *CacheLoader[T]) work(ctx context.Context, own map[string]*call[T], load loadFunc[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.LoadTimeout)
	defer cancel()
	var ids []string
	for id := range own {
		ids = append(ids, id)
	}
	loaded, err := l.load(ctx, ids, load)
	if err == nil {
		l.storeNew(ctx, loaded)
	}
	calls.Lock()
	for id, c := range own {
		if calls.by[name{l, id}] == any(c) {
			delete(calls.by, name{l, id})
		}
	}
	calls.Unlock()
	for id, c := range own {
		c.entry, c.err = loaded[id], err
		close(c.done)
	}
}

//stagecraft:add
func (l *CacheLoader[T]) storeNew(ctx context.Context, loaded map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	for id, e := range loaded {
		text, ttl := []byte(empty), l.cfg.EmptyTTL
		if e.exists {
			text, _ = json.Marshal(e.value)
			ttl = l.cfg.TTL
		}
		if err := l.client.SetNX(ctx, l.prefix+id, text, jitter(ttl)).Err(); err != nil {
			l.counts.errors.Inc()
			return
		}
	}
}
