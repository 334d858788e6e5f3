package idempotency

import (
	"bytes"
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/postgres"
)

// Once in one statement: the row is inserted or locked, and comes back either way.
func Once(
	ctx context.Context, db postgres.DBTX, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	const query = `INSERT INTO processed_events AS seen (scope, key, request_hash) VALUES ($1, $2, $3)
		ON CONFLICT (scope, key) DO UPDATE SET request_hash = seen.request_hash
		RETURNING xmax <> 0, request_hash, result`
	var (
		known  []byte
		stored []byte
	)
	if err := db.QueryRow(ctx, query, scope, key, hash).Scan(&replayed, &known, &stored); err != nil {
		return nil, false, err
	}
	if replayed && !bytes.Equal(known, hash) {
		return nil, true, ErrConflict
	}
	if replayed {
		return stored, true, nil
	}
	if result, err = fn(ctx); err == nil && result != nil {
		err = Settle(ctx, db, scope, key, result)
	}
	return result, false, err
}
