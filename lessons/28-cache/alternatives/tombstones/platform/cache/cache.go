package cache

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
)

// deleted lies where a copy was deleted, until all loads from before have ended. It is not JSON.
//
//stagecraft:add
const deleted = "__DELETED__"

// call is a load that is under way.
//
//stagecraft:add
type call[T any] struct {
	done  chan struct{}
	entry entry[T]
	err   error
}

// calls has the loads of all caches of this process by key, as *call[T].
//
//stagecraft:add
var calls = struct {
	sync.Mutex
	by map[any]any
}{by: map[any]any{}}

// name is a key of one cache.
//
//stagecraft:add
type name struct{ cache, id any }

func (l *CacheLoader[T]) Delete(ctx context.Context, ids ...string) error {
	calls.Lock()
	for _, id := range ids {
		delete(calls.by, name{l, id})
	}
	calls.Unlock()
	_, err := l.client.Pipelined(ctx, func(commands redis.Pipeliner) error {
		for _, key := range l.keys(ids) {
			commands.Set(ctx, key, deleted, l.cfg.LoadTimeout+l.cfg.RedisTimeout)
		}
		return nil
	})
	return err
}

func (l *CacheLoader[T]) get(ctx context.Context, ids []string, load loadFunc[T]) (map[string]entry[T], error) {
	found, _ := l.lookup(ctx, ids)
	own, others := map[string]*call[T]{}, map[string]*call[T]{}
	calls.Lock()
	for _, id := range ids {
		if found[id].known {
			continue
		}
		if c, ok := calls.by[name{l, id}]; ok {
			if own[id] == nil {
				others[id] = c.(*call[T])
			}
			continue
		}
		c := &call[T]{done: make(chan struct{})}
		own[id], others[id], calls.by[name{l, id}] = c, c, c
	}
	calls.Unlock()
	l.counts.hits.Add(float64(len(ids) - len(others)))
	l.counts.misses.Add(float64(len(others)))
	if len(own) > 0 {
		go l.work(context.WithoutCancel(ctx), own, load)
	}
	for id, c := range others {
		select {
		case <-c.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if c.err != nil {
			return nil, c.err
		}
		found[id] = c.entry
	}
	return found, nil
}
