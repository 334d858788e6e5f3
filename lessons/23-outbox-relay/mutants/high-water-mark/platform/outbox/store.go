package outbox

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A claim begins at the oldest event of each partition, also when younger ones were claimed before: a transaction that drew a lower seq may
// have committed later. An event that was refused stops its aggregate and no other.
const claim = `
WITH held AS MATERIALIZED (` + held + `
), stopped AS MATERIALIZED (
    SELECT aggregate_type, aggregate_id FROM outbox_events JOIN held USING (part)
    WHERE sent_at IS NULL AND retry_at > clock_timestamp()
)
SELECT next.* FROM held CROSS JOIN LATERAL (
    SELECT part, seq, created_at, id, event_type, event_version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id,
        traceparent, tracestate, payload
    FROM outbox_events AS e
    WHERE e.part = held.part AND sent_at IS NULL AND seq > $5
        AND (aggregate_type, aggregate_id) NOT IN (SELECT aggregate_type, aggregate_id FROM stopped)
    ORDER BY seq LIMIT $4
) AS next`

//stagecraft:add
var last int64

// claim returns events of the partitions that the relay owns, those of one aggregate in their order.
func (s *store) claim(ctx context.Context) ([]event, error) {
	parts := len(s.leases.parts)
	if parts == 0 {
		return nil, nil
	}
	each := (s.cfg.Batch + parts - 1) / parts
	rows, err := s.pool.Query(ctx, claim, s.leases.name, s.leases.parts, s.leases.epochs, each, last)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	for _, e := range events {
		last = max(last, e.seq)
	}
	return events, nil
}
