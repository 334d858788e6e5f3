-- name: EnsureWallet :exec
INSERT INTO wallets (user_id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: LockWallet :one
-- The snapshot may be older than the locked row, which is as good: the entries after it are read next.
SELECT wallets.version, coalesce(wallet_snapshots.version, 0)::bigint AS snapshot_version,
    coalesce(wallet_snapshots.balance_minor, 0)::bigint AS snapshot_balance
FROM wallets LEFT JOIN wallet_snapshots USING (user_id, currency)
WHERE wallets.user_id = @user_id AND wallets.currency = @currency
FOR UPDATE OF wallets;

-- name: GetWallet :one
SELECT balance_minor, version FROM wallets WHERE user_id = $1 AND currency = $2;

-- name: AppendEntry :execrows
-- Changes nothing if the wallet is not at the expected version, which is the one before the entry.
WITH moved AS (
    UPDATE wallets SET balance_minor = @balance_minor, version = @seq, updated_at = @created_at
    WHERE user_id = @user_id AND currency = @currency AND version + 1 = @seq
    RETURNING balance_minor
)
INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
SELECT @user_id, @currency, @seq, @kind, @amount_minor, moved.balance_minor, @reference, @created_at FROM moved;

-- name: SaveSnapshot :exec
INSERT INTO wallet_snapshots (user_id, currency, version, balance_minor) VALUES (@user_id, @currency, @version, @balance_minor)
ON CONFLICT (user_id, currency) DO UPDATE
SET version = excluded.version, balance_minor = excluded.balance_minor, created_at = excluded.created_at;
