-- The table that each service declares in its own schema. sqlc reads it here to type the queries; it is not migrated from here.
CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    -- NULL while the answer is not known yet.
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);
