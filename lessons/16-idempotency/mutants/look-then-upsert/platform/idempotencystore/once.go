package idempotencystore

import (
	"context"
	"encoding/json"
	"errors"

	"shop/platform/idempotency"
)

func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	result, err = s.Lookup(ctx, scope, key, hash)
	if !errors.Is(err, idempotency.ErrUnknownKey) {
		return result, true, err
	}
	if _, err := s.claim(ctx, scope, key, hash); err != nil {
		return nil, false, err
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, s.Settle(ctx, scope, key, result)
}
