-- What production has, as far as it decides how long a lock lasts: many orders of few buyers, almost all settled.
INSERT INTO orders (id, buyer_id, status, currency, total_minor, cancel_code, version, created_at, updated_at, paid_at, cancelled_at)
SELECT gen_random_uuid(), lpad(to_hex(n % 1000), 32, '0')::uuid, CASE WHEN n % 10 = 0 THEN 5 ELSE 3 END, 'EUR', 100 + n,
    CASE WHEN n % 10 = 0 THEN 'OUT_OF_STOCK' ELSE '' END, 3, now() - n * interval '1 s', now() - n * interval '1 s',
    now() - n * interval '1 s', CASE WHEN n % 10 = 0 THEN now() END
FROM generate_series(1, current_setting('safety.rows')::integer) AS n;

INSERT INTO order_items (order_id, position, sku, quantity, unit_price_minor)
SELECT id, position, 'sku-' || position, 1, 100 FROM orders, generate_series(0, 1) AS position;

INSERT INTO saga_executions (id, saga_type, aggregate_id, status, request_scope, request_key, steps, version)
SELECT gen_random_uuid(), 'purchase', id, CASE WHEN status = 5 THEN 'COMPENSATED' ELSE 'COMPLETED' END, 'order.Create', id, '[]', 3 FROM orders;

INSERT INTO processed_events (scope, key, request_hash, result)
SELECT 'order.Create', n, '\x00', '{}' FROM generate_series(1, current_setting('safety.rows')::integer) AS n;

INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt)
SELECT gen_random_uuid(), 'sales-report', n, 'cron', 'SUCCEEDED', 1 FROM generate_series(1, 1000) AS n;

ANALYZE;
