package outbox

// A claim begins at the oldest event of each partition, also when younger ones were claimed before: a transaction that drew a lower seq may
// have committed later. An event that was refused stops its aggregate and no other.
const claim = `
WITH held AS MATERIALIZED (` + held + `
), stopped AS MATERIALIZED (
    SELECT aggregate_type, aggregate_id FROM outbox_events JOIN held USING (part)
    WHERE sent_at IS NULL AND retry_at > clock_timestamp()
)
, taken AS (
SELECT next.* FROM held CROSS JOIN LATERAL (
    SELECT part, seq, created_at, id, event_type, event_version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id,
        traceparent, tracestate, payload
    FROM outbox_events AS e
    WHERE e.part = held.part AND sent_at IS NULL
        AND (aggregate_type, aggregate_id) NOT IN (SELECT aggregate_type, aggregate_id FROM stopped)
    ORDER BY seq LIMIT $4
) AS next), claimed AS (UPDATE outbox_events AS e SET sent_at = clock_timestamp() FROM taken WHERE e.id = taken.id)
SELECT * FROM taken`
