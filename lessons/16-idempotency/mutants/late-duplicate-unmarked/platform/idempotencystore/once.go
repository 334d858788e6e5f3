package idempotencystore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"shop/platform/idempotency"
)

func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	if result, err = s.Lookup(ctx, scope, key, hash); !errors.Is(err, idempotency.ErrUnknownKey) {
		return result, true, err
	}
	row, err := s.claim(ctx, scope, key, hash)
	if err != nil {
		return nil, false, err
	}
	if !row.Claimed {
		if !bytes.Equal(row.RequestHash, hash) {
			return nil, false, idempotency.ErrConflict
		}
		return row.Result, false, nil
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, s.Settle(ctx, scope, key, result)
}
