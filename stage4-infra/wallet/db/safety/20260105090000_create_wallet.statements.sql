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
