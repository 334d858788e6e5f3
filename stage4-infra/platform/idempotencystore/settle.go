package idempotencystore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/platform/idempotency"
	"shop/platform/idempotencystore/gen"
)

// Settle stores the answer that every repetition of the request gets. Call it in the transaction that makes the answer true.
func (s *Store) Settle(ctx context.Context, scope, key string, result json.RawMessage) error {
	updated, err := s.queries.SettleKey(ctx, s.db(ctx), gen.SettleKeyParams{Scope: scope, Key: key, Result: result})
	if err != nil {
		return fmt.Errorf("settle idempotency key: %w", err)
	}
	if updated == 0 {
		return idempotency.ErrUnknownKey
	}
	return nil
}

// Lookup returns the answer to the request, or nil while it has none. The errors are ErrUnknownKey, and ErrConflict when the key belongs to
// another request.
func (s *Store) Lookup(ctx context.Context, scope, key string, hash []byte) (json.RawMessage, error) {
	row, err := s.queries.GetKey(ctx, s.db(ctx), gen.GetKeyParams{Scope: scope, Key: key})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, idempotency.ErrUnknownKey
	case err != nil:
		return nil, fmt.Errorf("look up idempotency key: %w", err)
	case !bytes.Equal(row.RequestHash, hash):
		return nil, idempotency.ErrConflict
	}
	return row.Result, nil
}
