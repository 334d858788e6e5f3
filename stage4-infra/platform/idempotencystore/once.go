package idempotencystore

import (
	"bytes"
	"context"
	"encoding/json"

	"shop/platform/idempotency"
)

// Once runs fn if the key is new in its scope; otherwise it returns the result of the earlier run, with replayed true. Call it inside the
// transaction in which fn has its effect. A concurrent call with the same key waits until the first has committed or rolled back.
//
// hash is the hash of the content of the request: the same key with another hash is ErrConflict. A nil result of fn means that the answer
// is not known yet: it is stored later with Settle, and until then a repetition gets nil, with replayed true. If fn fails, the caller must
// roll back, and the key is free again.
func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	row, err := s.claim(ctx, scope, key, hash)
	if err != nil {
		return nil, false, err
	}
	if !row.Claimed {
		if !bytes.Equal(row.RequestHash, hash) {
			return nil, true, idempotency.ErrConflict
		}
		return row.Result, true, nil
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, s.Settle(ctx, scope, key, result)
}
