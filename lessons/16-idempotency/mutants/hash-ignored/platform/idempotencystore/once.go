package idempotencystore

import (
	"context"
	"encoding/json"
)

func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	row, err := s.claim(ctx, scope, key, hash)
	if err != nil {
		return nil, false, err
	}
	if !row.Claimed {
		return row.Result, true, nil
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, s.Settle(ctx, scope, key, result)
}
