package idempotency

import (
	"context"
	"encoding/json"
	"errors"

	"stagecraft/stage1-mvp/platform/postgres"
)

func Once(
	ctx context.Context, db postgres.DBTX, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	result, err = Lookup(ctx, db, scope, key, hash)
	if !errors.Is(err, ErrUnknownKey) {
		return result, true, err
	}
	if _, err := claim(ctx, db, scope, key, hash); err != nil {
		return nil, false, err
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, Settle(ctx, db, scope, key, result)
}
