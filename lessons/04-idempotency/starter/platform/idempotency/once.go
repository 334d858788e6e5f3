package idempotency

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/postgres"
)

// Once runs fn if the key is new in its scope, and otherwise returns the result of the run before, with replayed true. It must be called
// inside the transaction in which fn has its effect. A concurrent call with the same key waits here until the first has committed or
// rolled back.
//
// hash is of the content of the request: the same key with another hash is ErrConflict. A nil result of fn means that the answer is not
// known yet: it is to be given later with Settle, and until then a repetition gets nil, with replayed true. When fn fails, the caller
// must roll back, and the key is as new again.
func Once(
	ctx context.Context, db postgres.DBTX, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	// TODO: nobody asks whether the key is new, nobody compares the hash.
	if _, err := claim(ctx, db, scope, key, hash); err != nil {
		return nil, false, err
	}
	result, err = fn(ctx)
	if err != nil || result == nil {
		return nil, false, err
	}
	return result, false, Settle(ctx, db, scope, key, result)
}
