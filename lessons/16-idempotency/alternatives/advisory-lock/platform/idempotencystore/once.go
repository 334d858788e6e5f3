package idempotencystore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"shop/platform/idempotency"
)

// Once looks first and inserts afterwards, which is right under a lock on the key: it is held until the transaction ends.
func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	const lock = `SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))`
	if _, err := s.db(ctx).Exec(ctx, lock, scope, key); err != nil {
		return nil, false, fmt.Errorf("lock key: %w", err)
	}
	if result, err = s.Lookup(ctx, scope, key, hash); !errors.Is(err, idempotency.ErrUnknownKey) {
		return result, true, err
	}
	if result, err = fn(ctx); err != nil {
		return nil, false, err
	}
	const insert = `INSERT INTO processed_events (scope, key, request_hash, result) VALUES ($1, $2, $3, $4)`
	_, err = s.db(ctx).Exec(ctx, insert, scope, key, hash, result)
	return result, false, err
}
