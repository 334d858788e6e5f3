INSERT INTO order_list_view (generation, order_id, buyer_id, currency, total_minor, items, created_at, status, version, updated_at)
SELECT 1, id, buyer_id, currency, total_minor, '[]', created_at, status, version, updated_at FROM orders;

INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent, tracestate, payload, sent_at)
SELECT gen_random_uuid(), 'order', id, 'order.order.paid', 2, 1, now(), '', '', '', '{}', now() FROM orders;

ANALYZE;
