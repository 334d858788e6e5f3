// Package idempotencystore keeps the answers to requests and saga steps in the table processed_events, in the same transaction as the
// effect: either both are committed, or neither is.
package idempotencystore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/idempotencystore/gen"
	"shop/platform/postgres"
)

// Store works on the transaction of the context, or on the pool when there is none. Use cases declare the part of it that they need as
// interfaces of their own.
type Store struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// New returns a Store on the pool.
func New(pool *pgxpool.Pool) *Store { return &Store{pool: pool, queries: gen.New()} }

// Prune deletes at most limit answers that are older than retention, oldest first, and returns how many it deleted. Requests without an
// answer stay.
func (s *Store) Prune(ctx context.Context, retention time.Duration, limit int) (int, error) {
	deleted, err := s.queries.PruneKeys(ctx, s.db(ctx), gen.PruneKeysParams{Retention: retention, MaxRows: int32(limit)})
	if err != nil {
		return 0, fmt.Errorf("prune processed events: %w", err)
	}
	return int(deleted), nil
}

// claim inserts the row of a new key. For a known key it locks and returns the row, after the transaction that wrote it has ended.
func (s *Store) claim(ctx context.Context, scope, key string, hash []byte) (gen.ClaimKeyRow, error) {
	return s.claimOn(ctx, s.db(ctx), scope, key, hash)
}

func (s *Store) claimOn(ctx context.Context, db gen.DBTX, scope, key string, hash []byte) (gen.ClaimKeyRow, error) {
	row, err := s.queries.ClaimKey(ctx, db, gen.ClaimKeyParams{Scope: scope, Key: key, RequestHash: hash})
	if err != nil {
		return gen.ClaimKeyRow{}, fmt.Errorf("claim idempotency key: %w", err)
	}
	return row, nil
}

func (s *Store) db(ctx context.Context) postgres.DBTX { return postgres.GetDBTX(ctx, s.pool) }
