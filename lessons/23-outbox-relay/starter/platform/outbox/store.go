package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TODO: this reads every event there is above the last seq, in whatever order, and does not ask who else reads it.
const claim = `
SELECT part, seq, created_at, id, event_type, event_version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id,
    traceparent, tracestate, payload
FROM outbox_events WHERE sent_at IS NULL AND seq > $1 ORDER BY seq LIMIT $2`

// TODO: one statement per event, and no look at the lease.
const mark = `UPDATE outbox_events SET sent_at = now(), picked_by = $2, picked_at = $3 WHERE seq = $1`

// TODO: count the refusal, set the time of the next attempt, and fail the event when its retries are spent.
const refuse = `SELECT seq, retry_count, failed_at IS NOT NULL FROM outbox_events WHERE seq = ANY ($1)`

// store claims and marks events under the leases of a relay.
type store struct {
	pool   *pgxpool.Pool
	leases *leases
	cfg    Config
}

// last is the highest seq that was claimed.
//
//stagecraft:add
var last int64

// claim returns at most cfg.Batch events that this relay may publish now, those of one aggregate in the order of seq.
func (s *store) claim(ctx context.Context) ([]event, error) {
	rows, err := s.pool.Query(ctx, claim, last, s.cfg.Batch)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	if len(events) > 0 {
		last = events[len(events)-1].seq
	}
	return events, nil
}

// mark records that events were sent, with one statement. It returns how many: fewer than given, if the relay has lost leases since it claimed
// them at the time claimed.
func (s *store) mark(ctx context.Context, sent []event, claimed time.Time) (int, error) {
	for _, e := range sent {
		if _, err := s.pool.Exec(ctx, mark, e.seq, s.leases.name, claimed); err != nil {
			return 0, fmt.Errorf("mark events as sent: %w", err)
		}
	}
	return len(sent), nil
}

// refuse records that the broker did not take events: they are tried again later, or have failed. It returns what became of them, without
// those whose lease was lost.
func (s *store) refuse(ctx context.Context, refused []refusal, claimed time.Time) ([]outcome, error) {
	seqs := make([]int64, len(refused))
	for i, r := range refused {
		seqs[i] = r.seq
	}
	rows, err := s.pool.Query(ctx, refuse, seqs)
	if err != nil {
		return nil, fmt.Errorf("record refused events: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o outcome, err error) {
		return o, row.Scan(&o.seq, &o.retry, &o.failed)
	})
}
