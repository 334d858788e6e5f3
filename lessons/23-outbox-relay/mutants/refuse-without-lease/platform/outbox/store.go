package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const refuse = `
UPDATE outbox_events AS e SET picked_by = $1, picked_at = $5, last_error = refused.error,
    retry_count = least(e.retry_count + 1, $6::int),
    failed_at = CASE WHEN e.retry_count >= $6 THEN clock_timestamp() END,
    retry_at = CASE
        WHEN e.retry_count >= $6 THEN 'infinity'
        ELSE clock_timestamp() + least($8::interval, $7::interval * 2 ^ least(e.retry_count, 30))
    END
FROM unnest($2::smallint[], $3::bigint[], $4::text[]) AS refused (part, seq, error)
WHERE e.part = refused.part AND e.seq = refused.seq AND e.sent_at IS NULL
RETURNING e.seq, e.retry_count, e.failed_at IS NOT NULL`

// refuse records that the broker did not take events: they are tried again later, or have failed.
func (s *store) refuse(ctx context.Context, refused []refusal, claimed time.Time) ([]outcome, error) {
	parts, seqs, reasons := make([]int16, len(refused)), make([]int64, len(refused)), make([]string, len(refused))
	for i, r := range refused {
		parts[i], seqs[i], reasons[i] = r.part, r.seq, r.err.Error()
	}
	rows, err := s.pool.Query(ctx, refuse, s.leases.name, parts, seqs, reasons, claimed,
		s.cfg.MaxRetries, s.cfg.RetryPause, s.cfg.RetryPauseMax)
	if err != nil {
		return nil, fmt.Errorf("record refused events: %w", err)
	}
	outcomes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o outcome, err error) {
		return o, row.Scan(&o.seq, &o.retry, &o.failed)
	})
	if err != nil {
		return nil, fmt.Errorf("record refused events: %w", err)
	}
	return outcomes, nil
}
