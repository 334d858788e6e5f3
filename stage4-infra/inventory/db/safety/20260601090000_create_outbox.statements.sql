-- One of each kind of the release that came with the migration of this name: what it writes, and what it reads of each table.
INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at, total_quantity)
VALUES ('00000000-0000-4000-8000-000000000001', gen_random_uuid(), gen_random_uuid(), 1, now(), now(), 4);
INSERT INTO reservation_items (reservation_id, sku, quantity)
SELECT '00000000-0000-4000-8000-000000000001', unnest('{sku-1,sku-2}'::text[]), unnest('{1,3}'::integer[]);
SELECT id, saga_id, order_id, status, created_at, updated_at FROM reservations WHERE id = '00000000-0000-4000-8000-000000000001' FOR UPDATE;
SELECT reservation_id, sku, quantity FROM reservation_items WHERE reservation_id = '00000000-0000-4000-8000-000000000001';
UPDATE reservations SET status = 2, updated_at = now() WHERE id = '00000000-0000-4000-8000-000000000001';
UPDATE stocks SET available = available - 1, reserved = reserved + 1, version = version + 1, updated_at = now() WHERE sku = 'sku-1' AND available >= 1;
SELECT sku, name, currency, unit_price, version, created_at, updated_at FROM products WHERE sku = 'sku-1';
INSERT INTO products (sku, name, currency, unit_price, version, created_at, updated_at) VALUES ('new', 'New', 'EUR', 1, 1, now(), now());
INSERT INTO processed_events (scope, key, request_hash) VALUES ('inventory.Reserve', 'new', '\x00');
SELECT id, saga_id, order_id, status, version, created_at, updated_at, total_quantity FROM reservations WHERE id = '00000000-0000-4000-8000-000000000001';
INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent, tracestate, payload)
VALUES ('new', 'test', '1', 'test', 1, 1, now(), '', '', '', '{}');
SELECT seq, id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, payload FROM outbox_events WHERE part = 1 AND sent_at IS NULL ORDER BY seq LIMIT 10;
UPDATE outbox_events SET sent_at = now(), picked_at = now(), picked_by = 'test' WHERE id = 'new';
UPDATE outbox_leases SET picked_by = 'test', picked_at = now(), expires_at = now(), epoch = epoch + 1 WHERE part = 1;
