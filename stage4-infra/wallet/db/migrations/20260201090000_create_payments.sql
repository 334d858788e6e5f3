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
