package cache

import (
	"context"
	"sync"
)

// What is not in Redis is not shared.
//
//stagecraft:add
var (
	deletesMu sync.Mutex
	deletes   = map[any]int{}
)

//stagecraft:add
type deleted struct{ cache, id any }

// generation counts the deletes of a key.
//
//stagecraft:add
func generation(key any) int {
	deletesMu.Lock()
	defer deletesMu.Unlock()
	return deletes[key]
}

func (l *CacheLoader[T]) Delete(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		deletesMu.Lock()
		deletes[deleted{l, id}]++
		deletesMu.Unlock()
		l.flights.Forget(id)
	}
	return l.client.Del(ctx, l.keys(ids)...).Err()
}
