-- One row per wallet: what the ledger's version is. Writers lock it and move it on; the balance itself is never stored here.
CREATE TABLE wallets (
    user_id    uuid           NOT NULL,
    currency   text           NOT NULL CHECK (length(currency) = 3),
    version    bigint         NOT NULL DEFAULT 0,
    created_at timestamptz(6) NOT NULL DEFAULT now(),
    updated_at timestamptz(6) NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, currency)
);

-- Append only: nobody updates or deletes a line of it.
CREATE TABLE ledger_entries (
    id           uuid           PRIMARY KEY,
    user_id      uuid           NOT NULL,
    currency     text           NOT NULL,
    -- 1 top-up, 2 deduct, 3 refund
    kind         smallint       NOT NULL CHECK (kind IN (1, 2, 3)),
    amount_minor bigint         NOT NULL CHECK (amount_minor <> 0),
    reference    text           NOT NULL,
    seq          bigint         NOT NULL,
    created_at   timestamptz(6) NOT NULL,
    FOREIGN KEY (user_id, currency) REFERENCES wallets (user_id, currency),
    -- Two writers with the same expected version: the second fails here, whatever its code forgot.
    UNIQUE (user_id, currency, seq)
);

-- A saga takes money once and gives it back once.
CREATE UNIQUE INDEX ledger_entries_saga_once ON ledger_entries (reference, kind) WHERE kind IN (2, 3);

-- Pages of the ledger, newest first, by row comparison.
CREATE INDEX ledger_entries_newest ON ledger_entries (user_id, currency, created_at DESC, id DESC);

CREATE TABLE ledger_snapshots (
    user_id       uuid           NOT NULL,
    currency      text           NOT NULL,
    seq           bigint         NOT NULL,
    balance_minor bigint         NOT NULL CHECK (balance_minor >= 0),
    created_at    timestamptz(6) NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, currency, seq)
);

CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    -- NULL while the answer is not known yet.
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);
