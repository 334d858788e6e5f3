package idempotency

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"stagecraft/stage1-mvp/platform/postgres"
)

// Lookup returns the answer of the request, nil while it has none. It is ErrUnknownKey or ErrConflict for another request.
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
	}
	return result, nil
}
