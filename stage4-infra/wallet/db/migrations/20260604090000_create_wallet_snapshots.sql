-- The newest snapshot of each long ledger, see db/schema/snapshots.sql.
SET LOCAL lock_timeout = '2s';
CREATE TABLE wallet_snapshots (
    user_id       uuid           NOT NULL,
    currency      text           NOT NULL,
    -- The number of entries in the sum, which is the seq of the last.
    version       bigint         NOT NULL CHECK (version >= 0),
    balance_minor bigint         NOT NULL,
    created_at    timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, currency)
);
