package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// An event is not sent before it is created, so the index by created_at finds what may be old enough.
const prune = `
DELETE FROM outbox_events WHERE id IN (
    SELECT id FROM outbox_events
    WHERE created_at < now() - $1::interval AND sent_at < now() - $1::interval
    LIMIT $2 FOR UPDATE SKIP LOCKED
)`

// Prune deletes at most limit events that were sent before retention, and returns how many it deleted.
func Prune(ctx context.Context, pool *pgxpool.Pool, retention time.Duration, limit int) (int, error) {
	tag, err := pool.Exec(ctx, prune, retention, limit)
	if err != nil {
		return 0, fmt.Errorf("prune outbox: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
