-- name: AppendEntry :exec
INSERT INTO ledger_entries (id, user_id, currency, kind, amount_minor, reference, seq, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: EntriesAfter :many
SELECT * FROM ledger_entries
WHERE user_id = @user_id AND currency = @currency AND seq > @after_seq AND seq <= @up_to_seq
ORDER BY seq;

-- name: LatestSnapshot :one
SELECT seq, balance_minor FROM ledger_snapshots
WHERE user_id = @user_id AND currency = @currency AND seq <= @up_to_seq
ORDER BY seq DESC LIMIT 1;

-- name: SaveSnapshot :exec
INSERT INTO ledger_snapshots (user_id, currency, seq, balance_minor) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- name: FindEntryByReference :one
SELECT * FROM ledger_entries WHERE reference = $1 AND kind = $2 AND kind IN (2, 3);

-- name: FirstEntries :many
SELECT * FROM ledger_entries
WHERE user_id = @user_id AND currency = @currency
ORDER BY created_at DESC, id DESC LIMIT @page_limit;

-- name: EntriesBefore :many
SELECT * FROM ledger_entries
WHERE user_id = @user_id AND currency = @currency
  AND (created_at, id) < (@created_at::timestamptz, @id::uuid)
ORDER BY created_at DESC, id DESC LIMIT @page_limit;
