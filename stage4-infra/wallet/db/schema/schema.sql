-- The current schema of wallet_db. Change this file, then let Atlas write the migration that leads to it.

-- One row per wallet, locked by each writer of its ledger. balance_minor is the sum of the ledger and version its last entry, kept for queries;
-- cmd/rebuild recomputes them. Both change in the statement that adds the entry. No index has them, so that an update touches none (HOT), and
-- fillfactor leaves it room.
CREATE TABLE wallets (
    user_id       uuid           NOT NULL,
    currency      text           NOT NULL CHECK (length(currency) = 3),
    balance_minor bigint         NOT NULL DEFAULT 0 CHECK (balance_minor >= 0),
    version       bigint         NOT NULL DEFAULT 0,
    created_at    timestamptz(6) NOT NULL DEFAULT now(),
    updated_at    timestamptz(6) NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, currency)
) WITH (fillfactor = 70);

-- Append only: entries are never updated or deleted. The primary key also refuses the second of two writers with the same version.
CREATE TABLE ledger_entries (
    user_id       uuid           NOT NULL,
    currency      text           NOT NULL,
    seq           bigint         NOT NULL,
    -- 1 top-up at the cash desk, 2 deduct, 3 refund, 4 top-up by card
    kind          smallint       NOT NULL CHECK (kind IN (1, 2, 3, 4)),
    amount_minor  bigint         NOT NULL CHECK (amount_minor <> 0),
    -- The balance after this entry.
    balance_minor bigint         NOT NULL CHECK (balance_minor >= 0),
    reference     text           NOT NULL,
    created_at    timestamptz(6) NOT NULL,
    PRIMARY KEY (user_id, currency, seq)
);

-- A saga is deducted and refunded once, and a payment is booked once, whatever processed_events knows. The reference of a saga is its id, a
-- slash and the step, so that a refund finds the deduction of its own step only.
CREATE UNIQUE INDEX ledger_entries_once ON ledger_entries (split_part(reference, '/', 1), kind) WHERE kind IN (2, 3, 4);

CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    -- NULL while the answer is not known yet.
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);

-- For pruning by age. Rows arrive in the order of time, so a block range index is enough, and it costs an insert next to nothing.
CREATE INDEX processed_events_created_at ON processed_events USING brin (created_at);

-- Top-ups by card, from the intent to the end. Each row is the log of a saga with one external step.
CREATE TABLE payments (
    id              uuid           PRIMARY KEY,
    user_id         uuid           NOT NULL,
    idempotency_key text           NOT NULL,
    request_hash    bytea          NOT NULL,
    status          text           NOT NULL
                    CHECK (status IN ('PENDING', 'CHARGED', 'BOOKED', 'DECLINED', 'VOIDING', 'VOIDED')),
    currency        text           NOT NULL CHECK (length(currency) = 3),
    amount_minor    bigint         NOT NULL CHECK (amount_minor > 0),
    -- Why no money came in.
    failure_code    text           NOT NULL DEFAULT '',
    failure_reason  text           NOT NULL DEFAULT '',
    version         bigint         NOT NULL,
    created_at      timestamptz(6) NOT NULL,
    updated_at      timestamptz(6) NOT NULL,
    -- The last change or claim, by the clock of the database.
    touched_at      timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    -- One key of a customer is one payment.
    UNIQUE (user_id, idempotency_key)
);

-- The scanner looks for the oldest of the few that are not settled.
CREATE INDEX payments_unsettled ON payments (touched_at) WHERE status IN ('PENDING', 'CHARGED', 'VOIDING');
