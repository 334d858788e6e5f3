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
INSERT INTO saga_executions (id, saga_type, aggregate_id, status, current_step, request_scope, request_key, steps, version)
VALUES ('00000000-0000-4000-8000-000000000003', 'purchase', '00000000-0000-4000-8000-000000000001', 'RUNNING', 'reserve', 'order.Create', 'key', '[]', 1);
UPDATE saga_executions SET status = 'COMPENSATING', current_step = 'pay', failure_code = '', failure_reason = '', steps = '[]', version = version + 1, updated_at = clock_timestamp()
WHERE id = '00000000-0000-4000-8000-000000000003' AND version = 1;
SELECT aggregate_id FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING') AND updated_at < clock_timestamp() ORDER BY created_at LIMIT 10;
INSERT INTO processed_events (scope, key, request_hash) VALUES ('order.Create', 'new', '\x00');
INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt) VALUES (gen_random_uuid(), 'sales-report', 'new', 'cron', 'RUNNING', 1);
UPDATE job_executions SET status = 'SUCCEEDED', finished_at = clock_timestamp(), result = '{}' WHERE job_name = 'sales-report' AND job_window = 'new';
