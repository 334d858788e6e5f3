package idempotency

import (
	"context"
	"encoding/json"
	"sync"

	"stagecraft/stage1-mvp/platform/postgres"
)

//stagecraft:add
var (
	seenLock sync.Mutex
	seen     = map[string]bool{}
)

func Once(
	ctx context.Context, db postgres.DBTX, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	seenLock.Lock()
	known := seen[scope+"/"+key]
	seen[scope+"/"+key] = true
	seenLock.Unlock()
	if _, err := claim(ctx, db, scope, key, hash); err != nil {
		return nil, false, err
	}
	if known {
		result, err = Lookup(ctx, db, scope, key, hash)
		return result, true, err
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, Settle(ctx, db, scope, key, result)
}
