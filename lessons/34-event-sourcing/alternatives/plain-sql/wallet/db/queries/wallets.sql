-- name: EnsureWallet :exec
INSERT INTO wallets (user_id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: GetWallet :one
SELECT balance_minor, version FROM wallets WHERE user_id = $1 AND currency = $2;
