-- One of each kind of the release that came with the migration of this name: what it writes, and what it reads of each table.
INSERT INTO wallets (user_id, currency) VALUES ('10000000-0000-4000-8000-000000000001', 'EUR');
SELECT balance_minor, version FROM wallets WHERE user_id = '10000000-0000-4000-8000-000000000001' AND currency = 'EUR' FOR UPDATE;
UPDATE wallets SET balance_minor = 100, version = 1, updated_at = now() WHERE user_id = '10000000-0000-4000-8000-000000000001' AND version + 1 = 1;
INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
VALUES ('10000000-0000-4000-8000-000000000001', 'EUR', 1, 2, -100, 100, 'saga/pay', now());
SELECT user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at FROM ledger_entries
WHERE split_part(reference, '/', 1) = 'saga' AND kind = 2 AND kind IN (2, 3, 4) AND reference = 'saga/pay';
INSERT INTO processed_events (scope, key, request_hash) VALUES ('wallet.Deduct', 'new', '\x00');
UPDATE processed_events SET result = '{}' WHERE scope = 'wallet.Deduct' AND key = 'new';
INSERT INTO payments (id, user_id, idempotency_key, request_hash, status, currency, amount_minor, version, created_at, updated_at)
VALUES ('10000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000001', 'key', '\x00', 'PENDING', 'EUR', 100, 1, now(), now());
SELECT id, user_id, idempotency_key, request_hash, status, currency, amount_minor, failure_code, failure_reason, version, created_at, updated_at, touched_at
FROM payments WHERE user_id = '10000000-0000-4000-8000-000000000001' AND idempotency_key = 'key' FOR UPDATE;
UPDATE payments SET status = 'CHARGED', failure_code = '', failure_reason = '', updated_at = now(), version = 2, touched_at = clock_timestamp()
WHERE id = '10000000-0000-4000-8000-000000000002' AND version = 1;
INSERT INTO wallet_snapshots (user_id, currency, version, balance_minor) VALUES ('10000000-0000-4000-8000-000000000001', 'EUR', 1, 100)
ON CONFLICT (user_id, currency) DO UPDATE SET version = excluded.version, balance_minor = excluded.balance_minor, created_at = excluded.created_at;
SELECT wallets.version, coalesce(wallet_snapshots.version, 0)::bigint, coalesce(wallet_snapshots.balance_minor, 0)::bigint
FROM wallets LEFT JOIN wallet_snapshots USING (user_id, currency) WHERE wallets.user_id = '10000000-0000-4000-8000-000000000001' FOR UPDATE OF wallets;
INSERT INTO outbox_events (id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, correlation_id, traceparent, tracestate, payload)
VALUES ('new', 'test', '1', 'test', 1, 1, now(), '', '', '', '{}');
SELECT seq, id, aggregate_type, aggregate_id, event_type, event_version, sequence, occurred_at, payload FROM outbox_events WHERE part = 1 AND sent_at IS NULL ORDER BY seq LIMIT 10;
UPDATE outbox_events SET sent_at = now(), picked_at = now(), picked_by = 'test' WHERE id = 'new';
UPDATE outbox_leases SET picked_by = 'test', picked_at = now(), expires_at = now(), epoch = epoch + 1 WHERE part = 1;
