-- What wallet_db looks like now. Change this file, then let Atlas write the migration that leads there.

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
    -- 1 top-up, 2 deduct, 3 refund, 4 top-up refunded to the card, 5 returned because the card did not take it
    kind         smallint       NOT NULL CHECK (kind IN (1, 2, 3, 4, 5)),
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

-- So does the refund of a top-up.
CREATE UNIQUE INDEX ledger_entries_top_up_refund_once ON ledger_entries (reference, kind) WHERE kind IN (4, 5);

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

-- What customers pay with a card, from the intent to its end. It is the log of a saga with one step outside.
CREATE TABLE payments (
    id              uuid           PRIMARY KEY,
    user_id         uuid           NOT NULL,
    idempotency_key text           NOT NULL,
    request_hash    bytea          NOT NULL,
    status          text           NOT NULL
                    CHECK (status IN ('PENDING', 'CHARGED', 'BOOKED', 'DECLINED', 'VOIDING', 'VOIDED', 'REFUNDING', 'REFUNDED')),
    currency        text           NOT NULL CHECK (length(currency) = 3),
    amount_minor    bigint         NOT NULL CHECK (amount_minor > 0),
    -- Why no money came in.
    failure_code    text           NOT NULL DEFAULT '',
    failure_reason  text           NOT NULL DEFAULT '',
    -- The last attempt to give the money back, and whose answer it decides.
    refund_attempt  integer        NOT NULL DEFAULT 0,
    refund_scope    text           NOT NULL DEFAULT '',
    refund_key      text           NOT NULL DEFAULT '',
    version         bigint         NOT NULL,
    created_at      timestamptz(6) NOT NULL,
    updated_at      timestamptz(6) NOT NULL,
    -- When somebody last worked on it, by the clock of the database.
    touched_at      timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    -- A customer's key is one payment.
    UNIQUE (user_id, idempotency_key)
);

-- The scanner looks for the oldest of the few that are not settled.
CREATE INDEX payments_unsettled ON payments (touched_at) WHERE status IN ('PENDING', 'CHARGED', 'VOIDING', 'REFUNDING');

CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    -- NULL while the answer is not known yet.
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);
