INSERT INTO payments (id, user_id, idempotency_key, request_hash, status, currency, amount_minor, version, created_at, updated_at)
SELECT gen_random_uuid(), lpad(to_hex(n % 1000), 32, '0')::uuid, n, '\x00', 'BOOKED', 'EUR', 100, 3, now(), now()
FROM generate_series(1, current_setting('safety.rows')::integer) AS n;

ANALYZE;
