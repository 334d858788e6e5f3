package outbox

// The rows get their seq in the order of the arrays. It is drawn while the aggregate is locked, so it is in the order of the commits.
const insert = `
INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent,
    tracestate, payload)
SELECT id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent, tracestate, payload
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::timestamptz[], $8::text[], $9::text[], $10::text[],
    $11::text[]::json[]) WITH ORDINALITY AS new (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at,
    correlation_id, traceparent, tracestate, payload, n)
ORDER BY aggregate_id, n`
