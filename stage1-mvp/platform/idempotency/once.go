// Package idempotency makes requests and saga steps safe to repeat. Each answer is a row of processed_events, written in the same
// transaction as the effect: either both exist, or neither.
package idempotency

import (
	"context"
	"encoding/json"
	"fmt"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/postgres"
)

// ErrConflict says that the key was used before for a request with other content.
var ErrConflict = errs.New(errs.Conflict, "IDEMPOTENCY_KEY_REUSED", "this idempotency key was used for another request")

// Once runs fn if the key is new in its scope; otherwise it returns the result of the earlier run, with replayed true. It must be called
// inside the transaction in which fn has its effect. A concurrent call with the same key waits until the first has committed or rolled
// back.
//
// hash is the hash of the content of the request: the same key with another hash is ErrConflict. A nil result of fn means that the answer
// is not known yet: it is stored later with Settle, and until then a repetition gets nil, with replayed true. If fn fails, the caller must
// roll back, and the key is free again.
func Once(
	ctx context.Context, db postgres.DBTX, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	claimed, err := claim(ctx, db, scope, key, hash)
	if err != nil {
		return nil, false, err
	}
	if !claimed {
		result, err = Lookup(ctx, db, scope, key, hash)
		return result, true, err
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, Settle(ctx, db, scope, key, result)
}

// claim inserts the row of the key and tells whether it was not there yet.
func claim(ctx context.Context, db postgres.DBTX, scope, key string, hash []byte) (bool, error) {
	const query = `INSERT INTO processed_events (scope, key, request_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	tag, err := db.Exec(ctx, query, scope, key, hash)
	if err != nil {
		return false, fmt.Errorf("claim idempotency key: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}
