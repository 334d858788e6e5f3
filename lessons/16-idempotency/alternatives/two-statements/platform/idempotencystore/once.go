package idempotencystore

import (
	"context"
	"encoding/json"
	"fmt"
)

// Once inserts the row, and reads it in a second statement when another request was first.
func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	const insert = `INSERT INTO processed_events (scope, key, request_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	tag, err := s.db(ctx).Exec(ctx, insert, scope, key, hash)
	if err != nil {
		return nil, false, fmt.Errorf("insert key: %w", err)
	}
	if tag.RowsAffected() == 0 {
		result, err = s.Lookup(ctx, scope, key, hash)
		return result, true, err
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, s.Settle(ctx, scope, key, result)
}
