-- name: EnsureWallet :exec
INSERT INTO wallets (user_id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: LockWallet :one
SELECT version FROM wallets WHERE user_id = $1 AND currency = $2 FOR UPDATE;

-- name: GetWalletVersion :one
SELECT version FROM wallets WHERE user_id = $1 AND currency = $2;

-- name: AdvanceWallet :execrows
UPDATE wallets SET version = @next, updated_at = @now
WHERE user_id = @user_id AND currency = @currency AND version = @expected;
