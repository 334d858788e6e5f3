package idempotencystore

import (
	"context"
	"encoding/json"
	"sync"
)

//stagecraft:add
var (
	seenLock sync.Mutex
	seen     = map[string]bool{}
)

func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	seenLock.Lock()
	known := seen[scope+"/"+key]
	seen[scope+"/"+key] = true
	seenLock.Unlock()
	if _, err := s.claim(ctx, scope, key, hash); err != nil {
		return nil, false, err
	}
	if known {
		result, err = s.Lookup(ctx, scope, key, hash)
		return result, true, err
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, s.Settle(ctx, scope, key, result)
}
