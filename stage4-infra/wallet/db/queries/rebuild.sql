-- name: CompareBalances :many
-- The next wallets, each with what is stored of it and with the fold of its ledger. One statement sees one state of the database, so entries
-- that are added meanwhile make no difference. A wallet whose row is lost is found by its ledger.
WITH RECURSIVE ledgers AS (
    (SELECT e.user_id, e.currency FROM ledger_entries AS e
    WHERE (e.user_id, e.currency) > (@after_user::uuid, @after_currency::text) ORDER BY e.user_id, e.currency LIMIT 1)
    UNION ALL
    SELECT following.user_id, following.currency FROM ledgers CROSS JOIN LATERAL (
        SELECT e.user_id, e.currency FROM ledger_entries AS e
        WHERE (e.user_id, e.currency) > (ledgers.user_id, ledgers.currency) ORDER BY e.user_id, e.currency LIMIT 1
    ) AS following
), batch AS (
    (SELECT ledgers.user_id, ledgers.currency FROM ledgers LIMIT @size::integer)
    UNION
    (SELECT w.user_id, w.currency FROM wallets AS w
    WHERE (w.user_id, w.currency) > (@after_user::uuid, @after_currency::text) ORDER BY w.user_id, w.currency LIMIT @size::integer)
    ORDER BY user_id, currency LIMIT @size::integer
)
SELECT batch.user_id, batch.currency,
    coalesce(wallets.balance_minor, 0)::bigint AS stored_balance, coalesce(wallets.version, 0)::bigint AS stored_version,
    ledger.balance AS ledger_balance, ledger.version AS ledger_version, ledger.broken AS ledger_broken,
    coalesce(snapshots.balance_minor, 0)::bigint AS snapshot_balance, coalesce(snapshots.version, 0)::bigint AS snapshot_version,
    (snapshots.version IS NOT NULL AND ledger.at_snapshot IS DISTINCT FROM snapshots.balance_minor)::boolean AS snapshot_wrong
FROM batch
LEFT JOIN wallets USING (user_id, currency)
LEFT JOIN wallet_snapshots AS snapshots USING (user_id, currency)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_minor), 0)::bigint AS balance, coalesce(max(seq), 0)::bigint AS version,
        coalesce(bool_or(seq <> n OR balance_minor <> running), false)::boolean AS broken,
        max(running) FILTER (WHERE seq = snapshots.version) AS at_snapshot
    FROM (
        SELECT e.seq, e.amount_minor, e.balance_minor, row_number() OVER by_seq AS n, sum(e.amount_minor) OVER by_seq AS running
        FROM ledger_entries AS e WHERE e.user_id = batch.user_id AND e.currency = batch.currency
        WINDOW by_seq AS (ORDER BY e.seq)
    ) AS folded
) AS ledger
ORDER BY batch.user_id, batch.currency;

-- name: RepairBalance :execrows
-- Does nothing when the row has changed since it was compared.
INSERT INTO wallets (user_id, currency, balance_minor, version)
VALUES (@user_id, @currency, @balance_minor, @version)
ON CONFLICT (user_id, currency) DO UPDATE
SET balance_minor = excluded.balance_minor, version = excluded.version, updated_at = excluded.updated_at
WHERE wallets.balance_minor = @stored_balance AND wallets.version = @stored_version;

-- name: DropSnapshot :execrows
DELETE FROM wallet_snapshots
WHERE user_id = @user_id AND currency = @currency AND version = @version AND balance_minor = @balance_minor;
