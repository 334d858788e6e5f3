INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent, tracestate, payload, sent_at)
SELECT gen_random_uuid(), 'product', 'sku-' || n % 1000, 'inventory.product.changed', 1, n, now(), '', '', '', '{}', now()
FROM generate_series(1, current_setting('safety.rows')::integer) AS n;

ANALYZE;
