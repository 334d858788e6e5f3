-- name: EnsureWallet :exec
INSERT INTO wallets (user_id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: LockWallet :one
SELECT balance_minor, version FROM wallets WHERE user_id = $1 AND currency = $2 FOR UPDATE;

-- name: GetWallet :one
SELECT balance_minor, version FROM wallets WHERE user_id = $1 AND currency = $2;

-- The balance is changed by the amount of the entry and in the same statement, so the two cannot differ.
-- name: AppendEntry :execrows
WITH moved AS (
    UPDATE wallets SET balance_minor = balance_minor + @amount_minor, version = @seq, updated_at = @created_at
    WHERE user_id = @user_id AND currency = @currency AND version + 1 = @seq
    RETURNING balance_minor
)
INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
SELECT @user_id, @currency, @seq, @kind, @amount_minor, moved.balance_minor, @reference, @created_at FROM moved;
