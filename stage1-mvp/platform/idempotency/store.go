package idempotency

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5/pgxpool"

	"stagecraft/stage1-mvp/platform/postgres"
)

// Store offers Once, Settle, Lookup, Act and Compensate on a pool, or on the transaction of the context. Use cases see it through their own
// interfaces.
type Store struct{ pool *pgxpool.Pool }

// NewStore returns a Store on the pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// Once is the function of the same name.
func (s *Store) Once(
	ctx context.Context, scope, key string, hash []byte, fn func(ctx context.Context) (json.RawMessage, error),
) (result json.RawMessage, replayed bool, err error) {
	return Once(ctx, postgres.GetDBTX(ctx, s.pool), scope, key, hash, fn)
}

// Settle is the function of the same name.
func (s *Store) Settle(ctx context.Context, scope, key string, result json.RawMessage) error {
	return Settle(ctx, postgres.GetDBTX(ctx, s.pool), scope, key, result)
}

// Lookup is the function of the same name.
func (s *Store) Lookup(ctx context.Context, scope, key string, hash []byte) (json.RawMessage, error) {
	return Lookup(ctx, postgres.GetDBTX(ctx, s.pool), scope, key, hash)
}

// Act is the function of the same name.
func (s *Store) Act(
	ctx context.Context, step Step, hash []byte, fn func(ctx context.Context) (any, error),
) (json.RawMessage, error) {
	return Act(ctx, postgres.GetDBTX(ctx, s.pool), step, hash, fn)
}

// Compensate is the function of the same name.
func (s *Store) Compensate(ctx context.Context, step Step, undo func(ctx context.Context) error) (undone bool, err error) {
	return Compensate(ctx, postgres.GetDBTX(ctx, s.pool), step, undo)
}
