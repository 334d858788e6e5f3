-- The update changes nothing. It is there to lock and return the row of an earlier request; xmax is 0 only in a row just inserted.
-- name: ClaimKey :one
INSERT INTO processed_events AS known (scope, key, request_hash) VALUES ($1, $2, $3)
ON CONFLICT (scope, key) DO UPDATE SET request_hash = known.request_hash
RETURNING (xmax = 0)::boolean AS claimed, request_hash, result;

-- name: SettleKey :execrows
UPDATE processed_events SET result = $3 WHERE scope = $1 AND key = $2;

-- name: GetKey :one
SELECT request_hash, result FROM processed_events WHERE scope = $1 AND key = $2;

-- Rows without an answer stay: their request is still in progress.
-- name: PruneKeys :execrows
DELETE FROM processed_events
WHERE (scope, key) IN (
    SELECT old.scope, old.key FROM processed_events AS old
    WHERE old.created_at < clock_timestamp() - sqlc.arg(retention)::interval AND old.result IS NOT NULL
    ORDER BY old.created_at
    LIMIT sqlc.arg(max_rows)
    FOR UPDATE SKIP LOCKED
);

-- Waits for a transaction that has recorded the key and is not over. result is not NULL, so that the row is pruned.
-- name: RecordKey :execrows
INSERT INTO processed_events (scope, key, request_hash, result) VALUES ($1, $2, '', 'true') ON CONFLICT (scope, key) DO NOTHING;
