package idempotency

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"stagecraft/stage1-mvp/platform/postgres"
)

// Once looks first and inserts afterwards, which is right under a lock on the key: it is held until the transaction ends.
func Once(
	ctx context.Context, db postgres.DBTX, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	if _, err := db.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))`, scope, key); err != nil {
		return nil, false, fmt.Errorf("lock key: %w", err)
	}
	if result, err = Lookup(ctx, db, scope, key, hash); !errors.Is(err, ErrUnknownKey) {
		return result, true, err
	}
	if result, err = fn(ctx); err != nil {
		return nil, false, err
	}
	const query = `INSERT INTO processed_events (scope, key, request_hash, result) VALUES ($1, $2, $3, $4)`
	_, err = db.Exec(ctx, query, scope, key, hash, result)
	return result, false, err
}
