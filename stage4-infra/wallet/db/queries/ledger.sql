-- name: FindEntry :one
SELECT * FROM ledger_entries WHERE split_part(reference, '/', 1) = split_part(@reference, '/', 1) AND kind = @kind AND kind IN (2, 3, 4) AND reference = @reference;

-- name: NewestEntries :many
SELECT * FROM ledger_entries
WHERE user_id = @user_id AND currency = @currency
ORDER BY seq DESC LIMIT @page_limit;

-- name: EntriesBefore :many
SELECT * FROM ledger_entries
WHERE user_id = @user_id AND currency = @currency AND seq < @before
ORDER BY seq DESC LIMIT @page_limit;

-- name: EntriesFrom :many
SELECT * FROM ledger_entries
WHERE user_id = @user_id AND currency = @currency AND seq >= @first
ORDER BY seq LIMIT @page_limit;
