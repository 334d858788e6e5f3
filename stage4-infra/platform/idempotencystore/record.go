package idempotencystore

import (
	"context"
	"fmt"

	"shop/platform/idempotencystore/gen"
)

// Record reports whether the key is new in its scope. Call it inside the transaction in which the work has its effect: if that fails, the
// key is free again. A concurrent call with the same key waits until the first has committed or rolled back.
func (s *Store) Record(ctx context.Context, scope, key string) (first bool, err error) {
	inserted, err := s.queries.RecordKey(ctx, s.db(ctx), gen.RecordKeyParams{Scope: scope, Key: key})
	if err != nil {
		return false, fmt.Errorf("record processed event: %w", err)
	}
	return inserted > 0, nil
}
