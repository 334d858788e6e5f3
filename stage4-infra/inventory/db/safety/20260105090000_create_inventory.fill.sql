-- What production has, as far as it decides how long a lock lasts: many reservations with two items each.
INSERT INTO products (sku, name, currency, unit_price, version, created_at, updated_at)
SELECT 'sku-' || n, 'Product ' || n, 'EUR', 100 + n, 1, now(), now() FROM generate_series(1, 1000) AS n;

INSERT INTO stocks (sku, available, created_at, updated_at) SELECT sku, 1000000, now(), now() FROM products;

INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1 + n % 3, now() - n * interval '1 s', now() - n * interval '1 s'
FROM generate_series(1, current_setting('safety.rows')::integer) AS n;

INSERT INTO reservation_items (reservation_id, sku, quantity)
SELECT id, sku, 1 + length(sku) % 3 FROM reservations, (VALUES ('sku-1'), ('sku-22')) AS s (sku);

INSERT INTO processed_events (scope, key, request_hash, result)
SELECT 'inventory.Reserve', n, '\x00', '{}' FROM generate_series(1, current_setting('safety.rows')::integer) AS n;

ANALYZE;
