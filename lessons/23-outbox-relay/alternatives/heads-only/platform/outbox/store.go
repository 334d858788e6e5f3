package outbox

import (
	"context"
	"fmt"
)

// The claim takes the first event of every aggregate and nothing else, so that a batch has no order to keep.
const claim = `
SELECT DISTINCT ON (aggregate_type, aggregate_id) part, seq, created_at, id, event_type, event_version, aggregate_type, aggregate_id,
    sequence, occurred_at, correlation_id, traceparent, tracestate, payload, coalesce(retry_at > clock_timestamp(), false) OR failed_at IS NOT NULL
FROM outbox_events
WHERE sent_at IS NULL AND part IN (
    SELECT part FROM outbox_leases WHERE picked_by = $1 AND expires_at > clock_timestamp()
)
ORDER BY aggregate_type, aggregate_id, seq`

// claim leaves out the aggregates whose first event waits or has failed.
func (s *store) claim(ctx context.Context) ([]event, error) {
	rows, err := s.pool.Query(ctx, claim, s.leases.name)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	defer rows.Close()
	var events []event
	for rows.Next() {
		var (
			e                       event
			traceparent, tracestate string
			stopped                 bool
		)
		err := rows.Scan(&e.part, &e.seq, &e.created, &e.ID, &e.Type, &e.Version, &e.AggregateType, &e.AggregateID, &e.Sequence, &e.OccurredAt,
			&e.CorrelationID, &traceparent, &tracestate, &e.Payload, &stopped)
		if err != nil {
			return nil, fmt.Errorf("claim events: %w", err)
		}
		if traceparent != "" {
			e.Trace = map[string]string{"traceparent": traceparent, "tracestate": tracestate}
		}
		if !stopped && len(events) < s.cfg.Batch {
			events = append(events, e)
		}
	}
	return events, rows.Err()
}
