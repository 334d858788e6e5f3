package outbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// A relay takes rows, not partitions: those of an aggregate only if no other relay holds a row of it.
const claim = `
WITH busy AS MATERIALIZED (
    SELECT DISTINCT aggregate_type, aggregate_id FROM outbox_events
    WHERE sent_at IS NULL AND (
        failed_at IS NOT NULL OR retry_at > clock_timestamp() OR (picked_by <> $1 AND picked_at > clock_timestamp() - $2::interval)
    )
), next AS MATERIALIZED (
    SELECT id FROM outbox_events
    WHERE sent_at IS NULL AND (aggregate_type, aggregate_id) NOT IN (SELECT aggregate_type, aggregate_id FROM busy)
    ORDER BY seq LIMIT $3
)
UPDATE outbox_events AS e SET picked_by = $1, picked_at = clock_timestamp() FROM next WHERE e.id = next.id
RETURNING part, seq, created_at, e.id, event_type, event_version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id,
    traceparent, tracestate, payload`

const mark = `
UPDATE outbox_events SET sent_at = clock_timestamp()
WHERE seq = ANY ($3) AND sent_at IS NULL AND picked_by = $1 AND picked_at > clock_timestamp() - $2::interval`

const refuse = `
UPDATE outbox_events AS e SET last_error = refused.error, retry_count = refused.retries,
    failed_at = CASE WHEN refused.pause IS NULL THEN clock_timestamp() END, retry_at = clock_timestamp() + refused.pause
FROM unnest($3::bigint[], $4::text[], $5::int[], $6::interval[]) AS refused (seq, error, retries, pause)
WHERE e.seq = refused.seq AND e.sent_at IS NULL AND picked_by = $1 AND picked_at > clock_timestamp() - $2::interval
RETURNING e.seq, e.retry_count, e.failed_at IS NOT NULL`

// claim lets one relay claim at a time: what it sees of other claims is committed.
func (s *store) claim(ctx context.Context) (events []event, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('outbox claim'))`); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, claim, s.leases.name, s.cfg.Lease, s.cfg.Batch)
		if err != nil {
			return err
		}
		events, err = pgx.CollectRows(rows, scanEvent)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	slices.SortFunc(events, func(a, b event) int { return cmp.Compare(a.seq, b.seq) })
	return events, nil
}

// mark records that events were sent.
func (s *store) mark(ctx context.Context, sent []event, _ time.Time) (int, error) {
	seqs := make([]int64, 0, len(sent))
	for _, e := range sent {
		seqs = append(seqs, e.seq)
	}
	tag, err := s.pool.Exec(ctx, mark, s.leases.name, s.cfg.Lease, seqs)
	return int(tag.RowsAffected()), err
}

// refuse computes in Go what the row says next.
func (s *store) refuse(ctx context.Context, refused []refusal, _ time.Time) ([]outcome, error) {
	var (
		seqs    []int64
		reasons []string
		retries []int
		pauses  []*time.Duration
	)
	for _, r := range refused {
		var n int
		if err := s.pool.QueryRow(ctx, `SELECT retry_count FROM outbox_events WHERE seq = $1`, r.seq).Scan(&n); err != nil {
			return nil, err
		}
		var pause *time.Duration
		if n < s.cfg.MaxRetries {
			d := min(s.cfg.RetryPause, s.cfg.RetryPauseMax)
			for range n {
				d = min(2*d, s.cfg.RetryPauseMax)
			}
			pause = &d
			n++
		}
		seqs, reasons, retries, pauses = append(seqs, r.seq), append(reasons, r.err.Error()), append(retries, n), append(pauses, pause)
	}
	rows, err := s.pool.Query(ctx, refuse, s.leases.name, s.cfg.Lease, seqs, reasons, retries, pauses)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o outcome, err error) {
		return o, row.Scan(&o.seq, &o.retry, &o.failed)
	})
}
