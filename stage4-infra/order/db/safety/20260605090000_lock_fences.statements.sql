-- One of each kind of the release that came with the migration of this name: what it writes, and what it reads of each table.
INSERT INTO orders (id, buyer_id, status, currency, total_minor, cancel_code, cancel_reason, version, created_at, updated_at)
VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', 1, 'EUR', 100, '', '', 1, now(), now());
INSERT INTO order_items (order_id, position, sku, quantity, unit_price_minor) VALUES ('00000000-0000-4000-8000-000000000001', 0, 'cup', 1, 100);
SELECT id, buyer_id, status, currency, total_minor, cancel_code, cancel_reason, version, created_at, updated_at, paid_at, cancelled_at
FROM orders WHERE buyer_id = '00000000-0000-4000-8000-000000000002' ORDER BY created_at DESC, id DESC LIMIT 20;
SELECT order_id, position, sku, quantity, unit_price_minor FROM order_items WHERE order_id = '00000000-0000-4000-8000-000000000001' ORDER BY position;
UPDATE orders SET status = 3, paid_at = now(), updated_at = now(), version = 2 WHERE id = '00000000-0000-4000-8000-000000000001' AND version = 1;
UPDATE orders SET status = 5, cancel_code = 'BUYER', cancel_reason = 'changed mind', cancelled_at = now(), version = 3
WHERE id = '00000000-0000-4000-8000-000000000001' AND version = 2;
INSERT INTO saga_executions (id, saga_type, aggregate_id, status, current_step, steps, version)
VALUES ('00000000-0000-4000-8000-000000000003', 'purchase', '00000000-0000-4000-8000-000000000001', 'RUNNING', 'reserve', '[]', 1);
UPDATE saga_executions SET status = 'COMPENSATING', current_step = 'pay', failure_code = '', failure_reason = '', steps = '[]', version = version + 1, updated_at = clock_timestamp()
WHERE id = '00000000-0000-4000-8000-000000000003' AND version = 1;
SELECT aggregate_id FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING') AND updated_at < clock_timestamp() ORDER BY created_at LIMIT 10;
INSERT INTO processed_events (scope, key, request_hash) VALUES ('order.Create', 'new', '\x00');
INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt) VALUES (gen_random_uuid(), 'sales-report', 'new', 'cron', 'RUNNING', 1);
UPDATE job_executions SET status = 'SUCCEEDED', finished_at = clock_timestamp(), result = '{}' WHERE job_name = 'sales-report' AND job_window = 'new';
SELECT id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result, fence FROM job_executions WHERE job_name = 'sales-report' AND job_window = 'new';
INSERT INTO lock_fences (key, token) VALUES ('new', 1) ON CONFLICT (key) DO UPDATE SET token = lock_fences.token + 1;
INSERT INTO order_list_view (generation, order_id, buyer_id, currency, total_minor, items, created_at, status, version, updated_at, cancel_code, cancel_reason, payment)
VALUES (1, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', 'EUR', 100, '[]', now(), 1, 1, now(), '', '', 0)
ON CONFLICT (generation, order_id) DO UPDATE SET status = excluded.status;
SELECT order_id, status, items FROM order_list_view WHERE generation = 1 AND buyer_id = '00000000-0000-4000-8000-000000000002' ORDER BY created_at DESC, order_id DESC LIMIT 20;
SELECT active, building, latest FROM order_list_state FOR SHARE;
INSERT INTO product_names (sku, name, sequence) VALUES ('new', 'New', 1);
INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent, tracestate, payload)
VALUES ('new', 'test', '1', 'test', 1, 1, now(), '', '', '', '{}');
SELECT seq, id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, payload FROM outbox_events WHERE part = 1 AND sent_at IS NULL ORDER BY seq LIMIT 10;
UPDATE outbox_events SET sent_at = now(), picked_at = now(), picked_by = 'test' WHERE id = 'new';
UPDATE outbox_leases SET picked_by = 'test', picked_at = now(), expires_at = now(), epoch = epoch + 1 WHERE part = 1;
