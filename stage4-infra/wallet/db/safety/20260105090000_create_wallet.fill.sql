-- What production has, as far as it decides how long a lock lasts: many ledger entries of some wallets.
INSERT INTO wallets (user_id, currency, balance_minor, version)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'EUR', 1000000, current_setting('safety.rows')::integer / 1000 FROM generate_series(1, 1000) AS n;

INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
SELECT user_id, currency, seq, 1, 100, seq * 100, 'top-up ' || user_id || seq, now()
FROM wallets, generate_series(1, current_setting('safety.rows')::integer / 1000) AS seq;

INSERT INTO processed_events (scope, key, request_hash, result)
SELECT 'wallet.Deduct', n, '\x00', '{}' FROM generate_series(1, current_setting('safety.rows')::integer) AS n;

ANALYZE;
