package idempotency

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"stagecraft/stage1-mvp/platform/postgres"
)

// ErrUnknownKey says that no request with this key was ever accepted.
var ErrUnknownKey = errors.New("idempotency key is unknown")

// Settle stores the answer that every repetition of the request will get. Call it in the transaction that makes the answer true.
func Settle(ctx context.Context, db postgres.DBTX, scope, key string, result json.RawMessage) error {
	const query = `UPDATE processed_events SET result = $3 WHERE scope = $1 AND key = $2`
	tag, err := db.Exec(ctx, query, scope, key, result)
	if err != nil {
		return fmt.Errorf("settle idempotency key: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrUnknownKey
	}
	return nil
}

// Lookup returns the answer to the request, or nil while it has none. The errors are ErrUnknownKey, and ErrConflict when the key belongs to
// another request.
func Lookup(ctx context.Context, db postgres.DBTX, scope, key string, hash []byte) (json.RawMessage, error) {
	const query = `SELECT request_hash, result FROM processed_events WHERE scope = $1 AND key = $2`
	var (
		known  []byte
		result []byte
	)
	err := db.QueryRow(ctx, query, scope, key).Scan(&known, &result)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ErrUnknownKey
	case err != nil:
		return nil, fmt.Errorf("look up idempotency key: %w", err)
	case !bytes.Equal(known, hash):
		return nil, ErrConflict
	}
	return result, nil
}
