package outbox

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const claim = `
SELECT part, seq, created_at, id, event_type, event_version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id,
    traceparent, tracestate, payload
FROM outbox_events AS e
WHERE sent_at IS NULL AND NOT EXISTS (
    SELECT FROM outbox_events AS first WHERE (first.aggregate_type, first.aggregate_id) = (e.aggregate_type, e.aggregate_id)
        AND first.sent_at IS NULL AND first.retry_at > clock_timestamp()
)
ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED`

// claim returns events of the partitions that the relay owns, those of one aggregate in their order.
func (s *store) claim(ctx context.Context) ([]event, error) {
	rows, err := s.pool.Query(ctx, claim, s.cfg.Batch)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	return events, nil
}
