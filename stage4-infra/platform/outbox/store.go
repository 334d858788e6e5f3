package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/messaging"
)

// event is a row of outbox_events.
type event struct {
	part    int16
	seq     int64
	created time.Time
	messaging.Message
}

// refusal is an event that the broker did not take.
type refusal struct {
	event
	err error
}

// held are the partitions that the relay still owns: $1 is its name, $2 and $3 are its leases.
const held = `
    SELECT lease.part FROM outbox_leases AS lease JOIN unnest($2::smallint[], $3::bigint[]) AS mine (part, epoch) USING (part, epoch)
    WHERE lease.picked_by = $1 AND lease.expires_at > clock_timestamp()`

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
    WHERE e.part = held.part AND sent_at IS NULL
        AND (aggregate_type, aggregate_id) NOT IN (SELECT aggregate_type, aggregate_id FROM stopped)
    ORDER BY seq LIMIT $4
) AS next`

// The locks keep the leases from changing hands until the events are marked.
const mark = `
WITH held AS MATERIALIZED (` + held + ` FOR SHARE OF lease
)
UPDATE outbox_events AS e SET sent_at = clock_timestamp(), picked_by = $1, picked_at = $6
FROM unnest($4::smallint[], $5::bigint[]) AS sent (part, seq)
WHERE e.part = sent.part AND e.seq = sent.seq AND e.sent_at IS NULL AND sent.part IN (SELECT part FROM held)`

const refuse = `
WITH held AS MATERIALIZED (` + held + ` FOR SHARE OF lease
)
UPDATE outbox_events AS e SET picked_by = $1, picked_at = $7, last_error = refused.error,
    retry_count = least(e.retry_count + 1, $8::int),
    failed_at = CASE WHEN e.retry_count >= $8 THEN clock_timestamp() END,
    retry_at = CASE
        WHEN e.retry_count >= $8 THEN 'infinity'
        ELSE clock_timestamp() + least($10::interval, $9::interval * 2 ^ least(e.retry_count, 30))
    END
FROM unnest($4::smallint[], $5::bigint[], $6::text[]) AS refused (part, seq, error)
WHERE e.part = refused.part AND e.seq = refused.seq AND e.sent_at IS NULL AND refused.part IN (SELECT part FROM held)
RETURNING e.seq, e.retry_count, e.failed_at IS NOT NULL`

// store claims and marks events under the leases of a relay.
type store struct {
	pool   *pgxpool.Pool
	leases *leases
	cfg    Config
}

// claim returns events of the partitions that the relay owns, those of one aggregate in their order.
func (s *store) claim(ctx context.Context) ([]event, error) {
	parts := len(s.leases.parts)
	if parts == 0 {
		return nil, nil
	}
	each := (s.cfg.Batch + parts - 1) / parts
	rows, err := s.pool.Query(ctx, claim, s.leases.name, s.leases.parts, s.leases.epochs, each)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("claim events: %w", err)
	}
	return events, nil
}

func scanEvent(row pgx.CollectableRow) (e event, err error) {
	var traceparent, tracestate string
	err = row.Scan(&e.part, &e.seq, &e.created, &e.ID, &e.Type, &e.Version, &e.AggregateType, &e.AggregateID, &e.Sequence, &e.OccurredAt,
		&e.CorrelationID, &traceparent, &tracestate, &e.Payload)
	if traceparent != "" {
		e.Trace = map[string]string{"traceparent": traceparent, "tracestate": tracestate}
	}
	return e, err
}

// mark records that events were sent. It returns how many: fewer than given, if the relay has lost leases since it claimed them.
func (s *store) mark(ctx context.Context, sent []event, claimed time.Time) (int, error) {
	parts, seqs := make([]int16, len(sent)), make([]int64, len(sent))
	for i, e := range sent {
		parts[i], seqs[i] = e.part, e.seq
	}
	tag, err := s.pool.Exec(ctx, mark, s.leases.name, s.leases.parts, s.leases.epochs, parts, seqs, claimed)
	if err != nil {
		return 0, fmt.Errorf("mark events as sent: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// outcome is what refuse has made of an event.
type outcome struct {
	seq    int64
	retry  int
	failed bool
}

// refuse records that the broker did not take events: they are tried again later, or have failed.
func (s *store) refuse(ctx context.Context, refused []refusal, claimed time.Time) ([]outcome, error) {
	parts, seqs, reasons := make([]int16, len(refused)), make([]int64, len(refused)), make([]string, len(refused))
	for i, r := range refused {
		parts[i], seqs[i], reasons[i] = r.part, r.seq, r.err.Error()
	}
	rows, err := s.pool.Query(ctx, refuse, s.leases.name, s.leases.parts, s.leases.epochs, parts, seqs, reasons, claimed,
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
