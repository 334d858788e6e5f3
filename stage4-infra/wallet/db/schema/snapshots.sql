-- The newest snapshot of each long ledger: the sum of its first entries, so that loading a wallet reads only the entries after them. It is never
-- the truth: each is checked against the ledger when it is used, and may be deleted at any time.
CREATE TABLE wallet_snapshots (
    user_id       uuid           NOT NULL,
    currency      text           NOT NULL,
    -- The number of entries in the sum, which is the seq of the last.
    version       bigint         NOT NULL CHECK (version >= 0),
    balance_minor bigint         NOT NULL,
    created_at    timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, currency)
);
