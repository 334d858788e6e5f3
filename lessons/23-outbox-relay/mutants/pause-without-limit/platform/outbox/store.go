package outbox

const refuse = `
WITH held AS MATERIALIZED (` + held + ` FOR SHARE OF lease
)
UPDATE outbox_events AS e SET picked_by = $1, picked_at = $7, last_error = refused.error,
    retry_count = least(e.retry_count + 1, $8::int),
    failed_at = CASE WHEN e.retry_count >= $8 THEN clock_timestamp() END,
    retry_at = CASE
        WHEN e.retry_count >= $8 THEN 'infinity'
        ELSE clock_timestamp() + greatest($10::interval, $9::interval * 2 ^ least(e.retry_count, 30))
    END
FROM unnest($4::smallint[], $5::bigint[], $6::text[]) AS refused (part, seq, error)
WHERE e.part = refused.part AND e.seq = refused.seq AND e.sent_at IS NULL AND refused.part IN (SELECT part FROM held)
RETURNING e.seq, e.retry_count, e.failed_at IS NOT NULL`
